// Any layer of grids: a title says the lines the server gave, else the number and what its colour means.
window.wangge.layers.grids = (map, tell) => {
  const words = (row, looks) => {
    const lines = [row.name, ...(row.title?.split("\n") ?? [`${row.text}（${looks[row.level].label}）`])];
    if (row.thick && looks.three_missed) lines.push(looks.three_missed.label);
    if (row.vacant && looks.vacant) lines.push(looks.vacant.label);
    return lines.join("\n");
  };
  const territory = window.wangge.territory(map, { words, pick: (code) => tell({ type: "pick", code }) });
  return { show: territory.show, mark: ({ code }) => territory.mark(code) };
};
