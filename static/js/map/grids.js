// Any layer of grids: a title says the lines the server gave, else the name, the number and what its colour means.
window.wangge.layers.grids = (map, config, tell) => {
  const words = (row, looks) => {
    const { label } = looks[row.level];
    const lines = row.title ? [row.title] : [row.name, row.text ? `${row.text}（${label}）` : label];
    if (row.thick && looks.three_missed) lines.push(looks.three_missed.label);
    if (row.vacant && looks.vacant) lines.push(looks.vacant.label);
    return lines.join("\n");
  };
  return window.wangge.territory(map, config, { words, tell, pick: (code) => tell({ type: "pick", code }) });
};
