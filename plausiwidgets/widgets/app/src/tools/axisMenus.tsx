// The menus for the two axes of a plane, which several tools share.

import { tr } from "../i18n/texts.ts";

export type Pair = readonly [x: string, y: string];

export interface PairMenusProps {
  readonly names: readonly string[];
  readonly pair: readonly string[] | undefined;
  readonly choose: (pair: Pair) => void;
  readonly titleOf?: (name: string) => string;
}

/** Two menus for the variables of the axes of a plane. Selecting the variable of the other axis swaps the axes. */
export function PairMenus({ names, pair, choose, titleOf = (name) => name }: PairMenusProps) {
  const [x = "", y = ""] = pair ?? [];
  const menu = (label: string, chosen: string, take: (name: string) => void) => (
    <label>
      {label}{" "}
      <select onChange={({ currentTarget }) => take(currentTarget.value)}>
        {names.map((name) => (
          <option key={name} value={name} selected={name === chosen}>
            {titleOf(name)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <>
      {menu(tr("x-axis"), x, (name) => choose([name, name === y ? x : y]))}{" "}
      {menu(tr("y-axis"), y, (name) => choose([name === x ? y : x, name]))}
    </>
  );
}
