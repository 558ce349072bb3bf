// Points that would lie on top of each other become one: bins of a pixel grid, then bins whose centres are too near.
(() => {
  function centre(points) {
    const sum = points.reduce((total, { at }) => total.add(at), L.point(0, 0));
    return sum.divideBy(points.length);
  }

  function binned(points, size) {
    const bins = new Map();
    for (const point of points) {
      const key = `${Math.floor(point.at.x / size)} ${Math.floor(point.at.y / size)}`;
      bins.set(key, [...(bins.get(key) ?? []), point]);
    }
    return [...bins.values()];
  }

  function merged(bins, size) {
    const groups = [];
    for (const bin of bins.sort((a, b) => b.length - a.length)) {
      const near = groups.find((group) => group.centre.distanceTo(centre(bin)) < size);
      if (near) {
        near.points.push(...bin);
        near.centre = centre(near.points);
      } else {
        groups.push({ points: [...bin], centre: centre(bin) });
      }
    }
    return groups;
  }

  // points = [{lon, lat, …}] → [{at: LatLng, points}], at least `size` pixels apart at the map's zoom when made.
  window.wangge.clusters = (map, points, size) => {
    const projected = points.map((point) => ({ point, at: map.project([point.lat, point.lon]) }));
    return merged(binned(projected, size), size).map((group) => ({
      at: map.unproject(group.centre),
      points: group.points.map(({ point }) => point),
    }));
  };
})();
