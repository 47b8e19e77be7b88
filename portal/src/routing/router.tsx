import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

interface Router {
  path: string;
  navigate: (path: string) => void;
  // True once after a navigation: the new page's heading then takes the focus.
  takeArrival: () => boolean;
}

const RouterContext = createContext<Router | null>(null);

export function RouterProvider({ children }: { children: ReactNode }) {
  const [path, setPath] = useState(window.location.pathname);
  const shown = useRef(path);
  const arrived = useRef(false);

  const show = useCallback(() => {
    if (window.location.pathname === shown.current) return; // only the part after # changed
    shown.current = window.location.pathname;
    arrived.current = true;
    setPath(shown.current);
  }, []);

  useEffect(() => {
    window.addEventListener('popstate', show);
    return () => window.removeEventListener('popstate', show);
  }, [show]);

  const router = useMemo<Router>(
    () => ({
      path,
      navigate(to) {
        window.history.pushState(null, '', to);
        window.scrollTo(0, 0);
        show();
      },
      takeArrival() {
        const was = arrived.current;
        arrived.current = false;
        return was;
      },
    }),
    [path, show],
  );
  return <RouterContext.Provider value={router}>{children}</RouterContext.Provider>;
}

export function useRouter(): Router {
  const router = useContext(RouterContext);
  if (!router) throw new Error('useRouter needs a RouterProvider above it');
  return router;
}
