import { useEffect, useState } from 'preact/hooks';
import { type Location, locationOf } from './location.ts';

export function useLocation(): Location {
  const [location, locate] = useState(() => locationOf(window.location.hash));
  useEffect(() => {
    const listener = () => locate(locationOf(window.location.hash));
    window.addEventListener('hashchange', listener);
    return () => window.removeEventListener('hashchange', listener);
  }, []);
  return location;
}

export const goTo = (hash: string) => {
  window.location.hash = hash;
};
