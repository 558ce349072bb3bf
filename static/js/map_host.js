// The page around a map frame: fetches what the map shows, hands it in, and ties the map to the lists beside it.
// A list's row names what it is about: data-code for a grid, data-case for a case. Where a page has several maps, to compare
// them, they move together.
(() => {
  const NOTHING = { type: "mark" };
  const POINTS_FROM_ZOOM = 14; // of many cases, single ones are shown from here on
  const AHEAD = 0.3; // how far beyond the view cases are fetched, in views
  const FAILURES = {
    failed: "地图没有读到，请刷新再试。名单不受影响。",
    outdated: "网格边界已经换了新的，请刷新页面。",
  };

  async function fetched(url) {
    const answer = await fetch(url, { credentials: "same-origin" }); // as the page's preload asks, or it is asked for twice
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  function withQuery(url, given) {
    const made = new URL(url, location.href);
    for (const [name, value] of Object.entries(given)) made.searchParams.set(name, value);
    return made.href;
  }

  function said(values) {
    if (values.bins) return `图上 ${values.bins.reduce((sum, { count }) => sum + count, 0)} 件。放大后看每一件。`;
    if (values.points) return values.points.length ? `图上 ${values.points.length} 件。点图上的标记，名单里会标出来。` : "图上没有要显示的。";
    const drawn = values.level.filter((level) => level >= 0).length;
    return drawn ? `图上 ${drawn} 格。点一格，名单里会标出来。` : "图上没有要显示的。";
  }

  const rowOf = (target) => target.closest?.("tr[data-code], tr[data-case]");
  const about = (row) => ({ type: "mark", code: row.dataset.code, id: row.dataset.case });

  // The map stays in sight until he asks for the row.
  function goTo(row) {
    const link = row.querySelector("a");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = `看名单：${(link ?? row.cells[0]).textContent.trim()}`;
    button.addEventListener("click", () => {
      row.scrollIntoView({ block: "center" });
      link?.focus({ preventScroll: true });
    });
    return button;
  }

  // Where the page's address says that the map should stand.
  function asked() {
    const [lon, lat, zoom] = (new URLSearchParams(location.search).get("at") ?? "").split(",").map(Number);
    return [lon, lat, zoom].every(Number.isFinite) ? { type: "go", lon, lat, zoom } : null;
  }

  const holds = (wide, [west, south, east, north]) => wide && wide[0] <= west && wide[1] <= south && wide[2] >= east && wide[3] >= north;

  function widened([west, south, east, north]) {
    const [x, y] = [(east - west) * AHEAD, (north - south) * AHEAD];
    return [west - x, south - y, east + x, north + y];
  }

  function host(section, others) {
    const frame = section.querySelector("iframe");
    const status = section.querySelector("[data-map-status]");
    const { namesUrl, dataUrl, beside = "{}" } = section.dataset;
    const records = fetched(dataUrl);
    records.catch(() => {}); // told where it is awaited
    let isMany = false;
    let known = null; // where the cases handed in lie, if only a part of them was
    let isReady = false;
    let isLed = false; // another map has just sent this one somewhere
    let hasFailed = false;
    // The frame is sandboxed: its origin is "null", which targetOrigin cannot name.
    const send = (message) => frame.contentWindow.postMessage(message, "*");

    function say(words) {
      if (!hasFailed) status.textContent = words;
    }

    async function show() {
      isReady = true;
      try {
        const values = { ...(await records), ...JSON.parse(beside) };
        isMany = Boolean(values.bins);
        send({ type: "show", values });
        const place = asked();
        if (place) send(place);
        say(said(values));
      } catch {
        say("地图数据没有读到，请刷新再试。名单不受影响。");
      }
    }

    function pick({ code, ids }) {
      const rows = [...document.querySelectorAll("tr[data-code], tr[data-case]")];
      const picked = rows.filter((row) => (code ? row.dataset.code === code : ids.includes(row.dataset.case)));
      for (const row of rows) row.classList.toggle("picked", picked.includes(row));
      if (picked.length) status.replaceChildren(`名单里标出 ${picked.length} 行。`, goTo(picked[0]));
      else status.textContent = "名单的这一页没有它，请翻页或改筛选。";
    }

    async function name({ village }) {
      send({ type: "names", names: await fetched(withQuery(namesUrl, { village })) });
    }

    // Many cases are bins from afar; near by, those of the view are fetched, and a little more.
    async function lookCloser({ zoom, bounds }) {
      if (!isMany || holds(known, bounds)) return;
      const wanted = zoom < POINTS_FROM_ZOOM ? null : widened(bounds);
      if (!wanted && !known) return;
      known = wanted;
      const found = wanted && (await fetched(withQuery(dataUrl, { within: wanted.map((degrees) => degrees.toFixed(5)).join() })));
      if (known === wanted) send({ type: "points", points: found && found.points });
    }

    function moved(view) {
      const place = [view.lon, view.lat, view.zoom].join();
      if (!isLed) for (const other of others()) other.go({ type: "go", lon: view.lon, lat: view.lat, zoom: view.zoom });
      isLed = false;
      const address = new URL(location.href);
      address.searchParams.set("at", place);
      history.replaceState(history.state, "", address.href.replaceAll("%2C", ","));
      lookCloser(view).catch(() => say("放大处的诉求没有读到，请刷新再试。"));
    }

    function fail({ type }) {
      say(FAILURES[type]);
      hasFailed = true;
    }

    const heard = { ready: show, pick, names: name, view: moved, failed: fail, outdated: fail };
    window.addEventListener("message", (event) => {
      if (event.source === frame.contentWindow) heard[event.data.type]?.(event.data);
    });

    // Whoever walks the list by keyboard or mouse sees on the map where he is.
    for (const kind of ["focusin", "mouseover"]) {
      document.addEventListener(kind, (event) => {
        const row = rowOf(event.target);
        send(row ? about(row) : NOTHING);
      });
    }

    // Only now: a frame loaded sooner could be ready before anybody listens, and before it has been given any room.
    frame.src = frame.dataset.frameUrl;

    function go(place) {
      if (!isReady) return;
      isLed = true;
      send(place);
    }
    return { go };
  }

  const hosts = [];
  for (const section of document.querySelectorAll("[data-map-host]")) {
    const own = host(section, () => hosts.filter((other) => other !== own));
    hosts.push(own);
  }
})();
