export function translate(texts: Record<string, string>): void;
export function tr(text: string, values?: Record<string, unknown> | null): string;
