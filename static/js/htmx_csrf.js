// Every htmx request carries the token the page was served with.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("meta[name='csrf-token']");
  if (token) event.detail.headers["X-CSRFToken"] = token.content;
});
