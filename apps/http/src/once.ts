/**
 * Computes a product of an object once, for as long as somebody holds the object. Equal reads at once get the same object, so its product
 * can be shared too.
 */
export function once<Source extends object, Product>(make: (source: Source) => Product): (source: Source) => Product {
  const made = new WeakMap<Source, { readonly product: Product }>();
  return (source) => {
    const known = made.get(source) ?? { product: make(source) };
    made.set(source, known);
    return known.product;
  };
}
