// What the app uses of preact.js.
export function html(strings: TemplateStringsArray, ...values: unknown[]): any;
export function render(view: any, place: Element): void;
export function useEffect(act: () => void | (() => void), on?: unknown[]): void;
export function useLayoutEffect(act: () => void | (() => void), on?: unknown[]): void;
export function useReducer<S, A>(step: (state: S, action: A) => S, first: S): [S, (action: A) => void];
export function useRef<T>(first: T): { current: T };
export function useState<T>(first: T | (() => T)): [T, (next: T | ((last: T) => T)) => void];
