import { notifications } from '@mantine/notifications';
import { createElement } from 'react';
import { ProblemNotice } from './problem-notice.tsx';

/** Tells of a failure in front of the page: of what a menu or a button does at once, with no place of its own to tell it. */
export function tellProblem(error: unknown, title = 'This was not done'): void {
  notifications.show({
    message: createElement(ProblemNotice, { error, title }),
    autoClose: false,
    withBorder: false,
    color: 'red',
  });
}
