/** Makes things only when it is told to. */
export function workshop() {
  const orders: { readonly kind: string; finish(): void; fail(): void }[] = [];
  const make = (kind: string) =>
    new Promise<string>((resolve, reject) => {
      const serial = orders.length;
      orders.push({ kind, finish: () => resolve(`${kind}-${serial}`), fail: () => reject(new Error(kind)) });
    });
  return { orders, make };
}

/** Lets everything that waits go on. */
export const turn = () => new Promise((resolve) => setImmediate(resolve));
