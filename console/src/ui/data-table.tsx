import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import './data-table.css';

export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => ReactNode;
  /** Not shown on the narrowest screens; `lg`: nor where many columns stand beside each other with little room. */
  readonly isSpare?: boolean | 'lg';
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
}

interface DataTableProps<Row> {
  /** What the rows are, for those who hear the page. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly idOf: (row: Row) => string;
  /** What stands there where there is no row. */
  readonly empty?: ReactNode;
}

/**
 * Rows of one kind. The first column names the row. Where there is little room, on narrow screens and beside other things,
 * the cells of a row stand below each other, each beside the name of its column; the roles say that it is a table there
 * too.
 */
export function DataTable<Row>({ caption, columns, rows, idOf, empty }: DataTableProps<Row>) {
  if (rows.length === 0 && empty !== undefined) return empty;
  const spare = ({ isSpare = false }: Column<Row>) =>
    isSpare === false ? {} : { 'data-spare': isSpare === 'lg' ? 'lg' : '' };
  const number = (column: Column<Row>) => (column.isNumber === true ? { 'data-number': true } : {});
  return (
    <div className="ks-table-scroll" role="region" aria-label={caption} tabIndex={0}>
      <Table className="ks-table" role="table" highlightOnHover verticalSpacing="sm" aria-label={caption}>
        <Table.Thead role="rowgroup">
          <Table.Tr role="row">
            {columns.map((column) => (
              <Table.Th key={column.name} scope="col" role="columnheader" {...spare(column)} {...number(column)}>
                {column.name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          {rows.map((row) => (
            <Table.Tr key={idOf(row)} role="row">
              {columns.map((column) => (
                <Table.Td
                  key={column.name}
                  role="cell"
                  data-column={column.name}
                  {...spare(column)}
                  {...number(column)}
                >
                  <div className="ks-cell">{column.cell(row)}</div>
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
