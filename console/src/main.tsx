import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './ui/keystead.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { KeysteadApp } from './app/keystead-app.tsx';
import { openApi } from './api/open-api.ts';
import { lendStyleNonce } from './app/style-nonce.ts';
import { takeEnrolmentToken } from './app/session/enrolment-token.ts';

takeEnrolmentToken();

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no place for the console');
lendStyleNonce();
const api = await openApi();
createRoot(root).render(
  <StrictMode>
    <KeysteadApp api={api} />
  </StrictMode>,
);
