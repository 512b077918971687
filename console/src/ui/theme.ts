import {
  Alert,
  createTheme,
  ModalHeader,
  Notification,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';

/** From the faintest to the deepest; white text is readable on the seventh and deeper (WCAG 2.2, 1.4.3). */
const KEYSTEAD_GREEN: MantineColorsTuple = [
  '#e9f7f4',
  '#d3ebe6',
  '#a5d7cd',
  '#74c2b3',
  '#4cb09d',
  '#2f9c88',
  '#1d7a6a',
  '#166557',
  '#12594f',
  '#0a4038',
];

/** What the viewer's system has: no font is fetched. */
const FONTS = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

export const THEME = createTheme({
  primaryColor: 'keystead',
  primaryShade: { light: 7, dark: 6 },
  colors: { keystead: KEYSTEAD_GREEN },
  fontFamily: FONTS,
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: { fontFamily: FONTS, fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    // A title is read as text is, whatever the colour of what it stands on.
    Alert: Alert.extend({ styles: { label: { color: 'var(--mantine-color-text)' } } }),
    // A page has one header; that of a dialog is none of the page.
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    ModalHeader: ModalHeader.extend({ defaultProps: { role: 'none' } }),
  },
});

/** Where the library's own greys have too little contrast for text (WCAG 2.2, 1.4.3), in either theme. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#56606a',
    '--mantine-color-placeholder': '#656f79',
    '--mantine-color-anchor': KEYSTEAD_GREEN[8],
    '--mantine-color-error': '#b42318',
    '--mantine-color-yellow-light-color': '#7a4a00',
    '--mantine-color-red-outline': '#c92a2a',
    '--keystead-surface': '#f7f9f9',
  },
  dark: {
    '--mantine-color-dimmed': '#a4acb3',
    '--mantine-color-placeholder': '#98a1a9',
    '--mantine-color-anchor': KEYSTEAD_GREEN[3],
    '--mantine-color-error': '#ff9d94',
    '--keystead-surface': '#1a1f21',
  },
});
