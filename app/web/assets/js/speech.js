/* Tells people who do not see the page what changed, and takes them to what went wrong. */

export function focusErrorSummary() {
  const summary = document.querySelector(".error-summary");
  if (!summary) {
    return;
  }
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (field) {
      event.preventDefault();
      (field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea") ?? field).focus();
      field.scrollIntoView({ block: "center" });
    }
  });
}

export function say(sentence) {
  const voice = document.getElementById("live");
  if (voice && sentence) {
    voice.textContent = sentence;
  }
}
