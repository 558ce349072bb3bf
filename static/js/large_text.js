// 大字显示：kept in this browser, applied before the page is drawn.
(() => {
  const KEY = "wangge-large-text";
  const root = document.documentElement;

  function remembered() {
    try {
      return localStorage.getItem(KEY) === "yes";
    } catch {
      return false; // storage is closed to us: the choice lasts for this page only
    }
  }

  function remember(large) {
    try {
      localStorage.setItem(KEY, large ? "yes" : "no");
    } catch {
      return;
    }
  }

  function apply(large) {
    root.classList.toggle("large-text", large);
    for (const button of document.querySelectorAll("[data-large-text]")) {
      button.setAttribute("aria-pressed", String(large));
    }
  }

  apply(remembered());
  document.addEventListener("DOMContentLoaded", () => apply(remembered()));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-large-text]")) return;
    const large = !root.classList.contains("large-text");
    remember(large);
    apply(large);
  });
})();
