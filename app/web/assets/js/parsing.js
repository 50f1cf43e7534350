/* htmx reads answers with Document.parseHTMLUnsafe(text, {}), and some versions of Chromium refuse the second argument.
   There the method is taken away, and htmx reads with DOMParser instead, which gives the same for our pages. */

export function avoidBrokenParser() {
  try {
    Document.parseHTMLUnsafe?.("", {});
  } catch {
    Document.parseHTMLUnsafe = undefined;
  }
}
