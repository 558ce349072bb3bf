// The page around a map frame: fetches what the map shows, hands it in, and ties the map to the lists beside it.
// A list's row names what it is about: data-code for a grid, data-case for a case.
(() => {
  const NOTHING = { type: "mark" };

  async function fetched(url) {
    const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  function said(values) {
    if (values.points.length) return `图上 ${values.points.length} 件。点图上的标记，名单里会标出来。`;
    return values.rows.length ? `图上 ${values.rows.length} 格。点一格，名单里会标出来。` : "这个范围里没有要显示的。";
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

  function host(section) {
    const frame = section.querySelector("iframe");
    const status = section.querySelector("[data-map-status]");
    const { shapesUrl, dataUrl } = section.dataset;
    const records = Promise.all([fetched(shapesUrl), fetched(dataUrl)]);
    // The frame is sandboxed: its origin is "null", which targetOrigin cannot name.
    const send = (message) => frame.contentWindow.postMessage(message, "*");

    async function show() {
      try {
        const [shapes, values] = await records;
        send({ type: "show", shapes, values });
        status.textContent = said(values);
      } catch {
        status.textContent = "地图数据没有读到，请刷新再试。名单不受影响。";
      }
    }

    function pick({ code, ids }) {
      const rows = [...document.querySelectorAll("tr[data-code], tr[data-case]")];
      const picked = rows.filter((row) => (code ? row.dataset.code === code : ids.includes(row.dataset.case)));
      for (const row of rows) row.classList.toggle("picked", picked.includes(row));
      if (picked.length) status.replaceChildren(`名单里标出 ${picked.length} 行。`, goTo(picked[0]));
      else status.textContent = "名单的这一页没有它，请翻页或改筛选。";
    }

    window.addEventListener("message", (event) => {
      if (event.source !== frame.contentWindow) return;
      if (event.data.type === "ready") show();
      if (event.data.type === "pick") pick(event.data);
    });

    // Whoever walks the list by keyboard or mouse sees on the map where he is.
    for (const moved of ["focusin", "mouseover"]) {
      document.addEventListener(moved, (event) => {
        const row = rowOf(event.target);
        send(row ? about(row) : NOTHING);
      });
    }

    // Only now: a frame loaded sooner could be ready before anybody listens, and before it has been given any room.
    frame.src = frame.dataset.frameUrl;
  }

  for (const section of document.querySelectorAll("[data-map-host]")) host(section);
})();
