// An order of choices, first is most wished. All functions return a new order.

export function moved(order: string[], value: string, by: -1 | 1): string[] {
  const from = order.indexOf(value);
  const to = from + by;
  if (from < 0 || to < 0 || to >= order.length) return order;
  const next = [...order];
  next.splice(from, 1);
  next.splice(to, 0, value);
  return next;
}

export function added(order: string[], value: string, atMost: number): string[] {
  return order.includes(value) || order.length >= atMost ? order : [...order, value];
}

export function removed(order: string[], value: string): string[] {
  return order.filter((one) => one !== value);
}
