// A screen on a wall: turns its maps, and asks for itself anew. While the server is away it keeps what it shows, with its time.
(() => {
  const TURN_MS = 20_000;
  const FRESH_MS = 5 * 60_000;
  const FIRST_RETRY_MS = 15_000; // doubled after every failure, up to FRESH_MS
  const SHOWN = "wangge-wall-shown"; // which map, kept over a reload

  const main = document.querySelector("[data-wall]");
  const status = document.querySelector("[data-wall-status]");
  const maps = [...main.querySelectorAll(".wall-map")];
  let shown = Number(sessionStorage.getItem(SHOWN)) % maps.length || 0;
  let retry = FIRST_RETRY_MS;

  function show(number) {
    shown = number;
    sessionStorage.setItem(SHOWN, String(number));
    maps.forEach((map, each) => map.classList.toggle("shown", each === number));
  }

  const time = () => document.querySelector("time").textContent;

  function wait(words) {
    status.textContent = `${words}现在显示的是${time()}的数。`;
    setTimeout(refresh, retry);
    retry = Math.min(retry * 2, FRESH_MS);
  }

  // Only a page that is really there takes the place of this one.
  async function refresh() {
    try {
      const answer = await fetch(main.dataset.wall, { cache: "no-store", credentials: "same-origin" });
      if (answer.redirected) wait("登录过期了，请重新登录。");
      else if (answer.ok) location.reload();
      else wait("服务器没有答上来。");
    } catch {
      wait("连不上服务器。");
    }
  }

  show(shown);
  setInterval(() => show((shown + 1) % maps.length), TURN_MS);
  setTimeout(refresh, FRESH_MS);
})();
