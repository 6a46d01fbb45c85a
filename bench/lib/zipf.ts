/** Draws numbers from 0 on, the k-th with a weight of 1/(k+1)^exponent: as popular as pages and products are. */
export function zipf(objects: number, exponent: number, chance: () => number): () => number {
  const sums = new Float64Array(objects);
  let sum = 0;
  for (let k = 0; k < objects; k += 1) sums[k] = sum += 1 / (k + 1) ** exponent;
  return () => {
    const wanted = chance() * sum;
    let [low, high] = [0, objects - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
