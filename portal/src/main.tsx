import '@tehik-ee/tedi-react/index.css';
import './portal.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { DesignSystem } from './frame/design-system';
import { Frame } from './frame/frame';
import { Announcer } from './live/announcer';
import { LiveProvider } from './live/live';
import { RouterProvider } from './routing/router';
import { SessionProvider } from './session/session';
import { firstLanguage } from './texts/language';
import { loadTexts } from './texts/message';
import { TextsProvider } from './texts/use-texts';

const language = firstLanguage();
await loadTexts(language);

createRoot(document.getElementById('page')!).render(
  <StrictMode>
    <TextsProvider first={language}>
      <DesignSystem>
        <RouterProvider>
          <SessionProvider>
            <Announcer>
              <LiveProvider>
                <Frame>
                  <App />
                </Frame>
              </LiveProvider>
            </Announcer>
          </SessionProvider>
        </RouterProvider>
      </DesignSystem>
    </TextsProvider>
  </StrictMode>,
);
