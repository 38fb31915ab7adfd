/**
 * Makes something of an object once, however many ask: the reads hand the same object to all who asked the same, so what is
 * made of it can be shared too, for as long as somebody holds the object.
 */
export function once<Source extends object, Product>(make: (source: Source) => Product): (source: Source) => Product {
  const made = new WeakMap<Source, { readonly product: Product }>();
  return (source) => {
    const known = made.get(source) ?? { product: make(source) };
    made.set(source, known);
    return known.product;
  };
}
