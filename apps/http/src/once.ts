/**
 * Computes a product of an object once, and keeps it as long as the object is in memory. Equal simultaneous reads get the same object, so
 * they share the product too.
 */
export function once<Source extends object, Product>(make: (source: Source) => Product): (source: Source) => Product {
  const made = new WeakMap<Source, { readonly product: Product }>();
  return (source) => {
    const known = made.get(source) ?? { product: make(source) };
    made.set(source, known);
    return known.product;
  };
}
