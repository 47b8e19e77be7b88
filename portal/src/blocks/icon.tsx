// The few icons of the portal, drawn in a 24 px box. They only repeat what the words beside them
// say, so screen readers pass over them.
const PATHS = {
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 9a8 8 0 0 1 16 0',
  building: 'M4 21V9l8-5 8 5v12M2 21h20M9 21v-5h6v5M9 11h.01M15 11h.01M12 11h.01',
  house: 'M3 11 12 4l9 7M6 9.5V20h12V9.5M10 20v-5h4v5',
  register: 'M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3Zm0 0v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3.5 2',
  up: 'M12 19V5m-6 6 6-6 6 6',
  down: 'M12 5v14m-6-6 6 6 6-6',
  plus: 'M12 5v14M5 12h14',
  cross: 'm6 6 12 12M18 6 6 18',
  right: 'm9 5 7 7-7 7',
  left: 'm15 5-7 7 7 7',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-10v5m0-8.5v.01',
  warning: 'M12 4 2.5 20h19L12 4Zm0 6v4.5m0 2.7v.01',
  offline: 'M3 3l18 18M5 12.5a10 10 0 0 1 4-2.4m5 .2a10 10 0 0 1 5 2.2M8.5 16a5 5 0 0 1 6 0M12 20v.01M2 9a15 15 0 0 1 4-2.5m5-1.4A15 15 0 0 1 22 9',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
