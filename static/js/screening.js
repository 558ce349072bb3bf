// Screening by keyboard: a key presses what carries it in data-key. Whoever is writing presses no keys; Esc ends writing.
(() => {
  const writing = (target) => target.closest?.("input, textarea, select");

  function press(found) {
    found.click();
    const form = found.tagName === "SUMMARY" && found.parentElement.open ? found.parentElement : null;
    form?.querySelector("select, textarea, input:not([type=hidden])")?.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") document.activeElement?.blur();
    if (writing(event.target)) return;
    const found = document.querySelector(`[data-key="${CSS.escape(event.key.toUpperCase())}"]`);
    if (!found) return;
    event.preventDefault();
    press(found);
  });
})();
