import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => ReactNode;
  /** Not shown on narrow screens. */
  readonly isSpare?: boolean;
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

/** Rows of one kind. The first column names the row. */
export function DataTable<Row>({ caption, columns, rows, idOf, empty }: DataTableProps<Row>) {
  if (rows.length === 0 && empty !== undefined) return empty;
  const spare = (column: Column<Row>) => (column.isSpare === true ? { visibleFrom: 'sm' as const } : {});
  const align = (column: Column<Row>) => (column.isNumber === true ? { ta: 'right' as const } : {});
  return (
    <div className="ks-table-scroll" role="region" aria-label={caption} tabIndex={0}>
      <Table highlightOnHover verticalSpacing="sm" aria-label={caption}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.name} scope="col" {...spare(column)} {...align(column)}>
                {column.name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={idOf(row)}>
              {columns.map((column) => (
                <Table.Td key={column.name} {...spare(column)} {...align(column)}>
                  {column.cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
