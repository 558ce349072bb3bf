/* The tools of the boundary editor: what a click on the map means while one is chosen. A finished act fills its form and
   sends it; the server answers with the page anew. Leaflet-Geoman draws lines and polygons and drags vertices. */
(() => {
  const { map, grids, restyle, loaded } = window.wanggeEditor;
  const bar = document.querySelector("[data-editor-tools]");
  const hint = document.querySelector("[data-editor-hint]");
  const idleHint = hint.textContent;
  const SNAP_PX = 14;
  const MOST_HANDLES = 80; // a winding border has thousands of vertices: those next to the pointer are enough
  const DRAWING = { snappable: true, snapDistance: SNAP_PX, allowSelfIntersection: false, tooltips: false, continueDrawing: false, cursorMarker: true };

  let tool = null;
  let picked = [];

  const form = (act) => document.querySelector(`form[data-act="${act}"]`);
  const button = (name) => bar.querySelector(`[data-${name}]`);

  function show(polygons) {
    picked = polygons;
    for (const polygon of grids.values()) restyle(polygon, polygons.includes(polygon));
  }

  function send(act, values) {
    const sent = form(act);
    for (const [name, value] of Object.entries(values)) {
      for (const each of [value].flat()) {
        const field = document.createElement("input");
        Object.assign(field, { type: "hidden", name, value: each });
        sent.append(field);
      }
    }
    hint.textContent = "正在记下……";
    sent.submit();
  }

  // To the last digit: what was not moved must stay where it was.
  const geometry = (layer) => JSON.stringify(layer.toGeoJSON(false).geometry);

  const TOOLS = {
    split: {
      begin: "点一下要拆的网格。",
      pick(polygon) {
        show([polygon]);
        hint.textContent = `画一条线，把「${polygon.grid.name}」分成两块：从边界外起笔，逐点画过去，到另一边外面双击收笔。`;
        map.pm.enableDraw("Line", { ...DRAWING, finishOn: "dblclick" });
      },
      drawn(layer) {
        send("split", { code: picked[0].grid.code, line: geometry(layer) });
      },
    },
    merge: {
      begin: "逐个点要合并的网格（再点一下取消），选好后按“合并所选”。",
      pick(polygon) {
        show(picked.includes(polygon) ? picked.filter((other) => other !== polygon) : [...picked, polygon]);
        button("finish").disabled = picked.length < 2;
        if (picked.length) hint.textContent = `已选：${picked.map(({ grid }) => grid.name).join("、")}。`;
      },
      finish() {
        send("merge", { codes: picked.map(({ grid }) => grid.code) });
      },
    },
    reshape: {
      begin: "点一下要改边界的网格。",
      pick(polygon) {
        show([polygon]);
        hint.textContent = "拖动圆点改边界；拖动边上的小点加一个点；在圆点上点右键去掉它。改好按“改好了”。";
        polygon.pm.enable({ snappable: false, allowSelfIntersection: false, limitMarkersToCount: MOST_HANDLES });
        polygon.on("pm:edit", () => { button("finish").disabled = false; });
      },
      finish() {
        send("reshape", { code: picked[0].grid.code, outline: geometry(picked[0]) });
      },
    },
    draw: {
      begin: "先填名称，再逐点画出新网格，点回第一点收笔。",
      start() {
        map.pm.enableDraw("Polygon", DRAWING);
      },
      drawn(layer) {
        const name = form("draw").querySelector("[name=name]");
        if (name.reportValidity()) {
          send("draw", { outline: geometry(layer) });
          return;
        }
        layer.remove();
        map.pm.enableDraw("Polygon", DRAWING);
      },
    },
  };

  function stop() {
    map.pm.disableDraw();
    if (tool && picked.length) location.reload(); // a half-moved border is as it was again
  }

  function offer(name) {
    for (const options of document.querySelectorAll("[data-options]")) options.hidden = options.dataset.options !== name;
    map.invalidateSize({ animate: false }); // the options take room from the map
  }

  function choose(name) {
    tool = TOOLS[name];
    show([]);
    hint.textContent = tool.begin;
    for (const each of bar.querySelectorAll("[data-tool]")) {
      each.setAttribute("aria-pressed", String(each.dataset.tool === name));
      each.disabled = each.dataset.tool !== name;
    }
    offer(name);
    button("finish").hidden = !tool.finish;
    button("finish").disabled = true;
    button("finish").textContent = name === "merge" ? "合并所选" : "改好了";
    button("cancel").hidden = false;
    tool.start?.();
  }

  function cancel() {
    stop();
    tool = null;
    show([]);
    hint.textContent = idleHint;
    for (const each of bar.querySelectorAll("[data-tool]")) {
      each.setAttribute("aria-pressed", "false");
      each.disabled = false;
    }
    offer(null);
    button("finish").hidden = true;
    button("cancel").hidden = true;
  }

  function equip() {
    for (const polygon of grids.values()) {
      polygon.on("click", (event) => {
        if (!tool?.pick || (picked.length && tool !== TOOLS.merge)) return;
        L.DomEvent.stopPropagation(event); // it chooses a grid, and is not the first point of a line
        tool.pick(polygon);
      });
    }
    map.on("pm:create", ({ layer }) => tool?.drawn(layer));
    bar.addEventListener("click", ({ target }) => {
      if (target.dataset.tool) choose(target.dataset.tool);
      else if (target.matches("[data-finish]")) tool.finish();
      else if (target.matches("[data-cancel]")) cancel();
    });
    document.addEventListener("keydown", ({ key }) => { if (key === "Escape" && tool) cancel(); });
    for (const each of bar.querySelectorAll("[data-tool]")) each.disabled = false;
  }

  loaded.then((drawable) => {
    if (drawable && bar) equip(); // a stale draft is looked at only
    map.getContainer().setAttribute("aria-busy", "false");
  });
})();
