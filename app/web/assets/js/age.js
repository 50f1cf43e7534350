/* Says so when the figures on the page are older than two minutes. */

const OLD_MS = 2 * 60 * 1000;
const LOOK_MS = 15 * 1000;

export function watchAge() {
  if (!document.querySelector("[data-read-at]")) {
    return;
  }
  setInterval(() => {
    const stamp = document.querySelector("[data-read-at]");
    const notice = document.querySelector("[data-old-notice]");
    if (stamp && notice) {
      notice.hidden = Date.now() - Date.parse(stamp.dataset.readAt) < OLD_MS;
    }
  }, LOOK_MS);
}
