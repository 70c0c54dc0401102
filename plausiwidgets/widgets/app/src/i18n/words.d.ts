export function numberText(value: number, digits?: number): string;
export function ofUnit(unit: string, before?: string, after?: string): string;
export function intervalText(low: number, high: number, unit: string): string;
export function measuredText(value: number, unit: string): string;
