import type { KnownItem } from '../api/types';

// Values with where each comes from.
export function KnownItems({ items }: { items: KnownItem[] }) {
  return (
    <dl className="items">
      {items.map((item) => (
        <div key={item.id}>
          <dt>{item.label}</dt>
          <dd>
            <span className="item-value">{item.value}</span>
            {item.origin && <span className="origin">{item.origin.text}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
