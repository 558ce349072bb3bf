// Cases that would lie on top of each other become one: bins of a pixel grid, then bins whose centres are too near.
(() => {
  const weight = ({ point }) => point.count ?? 1;

  function centre(points) {
    const total = points.reduce((sum, each) => sum + weight(each), 0);
    return points.reduce((sum, each) => sum.add(each.at.multiplyBy(weight(each) / total)), L.point(0, 0));
  }

  function binned(points, size) {
    const bins = new Map();
    for (const point of points) {
      const key = `${Math.floor(point.at.x / size)} ${Math.floor(point.at.y / size)}`;
      if (bins.has(key)) bins.get(key).push(point);
      else bins.set(key, [point]);
    }
    return [...bins.values()];
  }

  function merged(bins, size) {
    const groups = [];
    for (const bin of bins.sort((a, b) => b.length - a.length)) {
      const middle = centre(bin);
      const near = groups.find((group) => group.centre.distanceTo(middle) < size);
      if (near) {
        near.points.push(...bin);
        near.centre = centre(near.points);
      } else {
        groups.push({ points: bin, centre: middle });
      }
    }
    return groups;
  }

  // points = [{lon, lat, …}], of which one may stand for `count` → [{at: LatLng, points}], at least `size` pixels apart at
  // the map's zoom when made.
  window.wangge.clusters = (map, points, size) => {
    const projected = points.map((point) => ({ point, at: map.project([point.lat, point.lon]) }));
    return merged(binned(projected, size), size).map((group) => ({
      at: map.unproject(group.centre),
      points: group.points.map(({ point }) => point),
    }));
  };
})();
