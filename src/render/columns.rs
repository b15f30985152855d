//! Tables in text: columns are shortened, then dropped, if a line is wider than the terminal.

use super::style::styled;
use anstyle::Style;
use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How a column adapts if a table is too wide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// The minimum width.
    pub least: usize,
    /// The drop order: the lowest is dropped first, 0 is never dropped.
    pub drop: usize,
}

/// A column that is neither shortened nor dropped.
pub(crate) const FIXED: Column = Column { least: usize::MAX, drop: 0 };

/// The space between two columns.
const GAP: usize = 2;

/// Returns the column widths for a terminal, with `None` for dropped columns.
pub(crate) fn widths<const N: usize>(
    rows: &[&[String; N]],
    columns: &[Column; N],
    terminal: usize,
) -> [Option<usize>; N] {
    let natural: [usize; N] =
        std::array::from_fn(|at| rows.iter().map(|row| row[at].width()).max().unwrap_or(0));
    let mut widths: [Option<usize>; N] = natural.map(Some);
    let mut by_drop: Vec<usize> = (0..N).filter(|at| columns[*at].drop > 0).collect();
    by_drop.sort_by_key(|at| columns[*at].drop);
    let mut to_drop = by_drop.into_iter();
    loop {
        let shown = widths.iter().flatten().count();
        let total = widths.iter().flatten().sum::<usize>() + GAP * shown.saturating_sub(1);
        let mut over = total.saturating_sub(terminal);
        if over == 0 {
            return widths;
        }
        // Shorten the widest column first, before any is dropped.
        while over > 0 {
            let least = |at: usize| columns[at].least.min(natural[at]);
            let room = |at: &usize| widths[*at].is_some_and(|width| width > least(*at));
            let Some(at) = (0..N).filter(room).max_by_key(|at| widths[*at]) else { break };
            widths[at] = widths[at].map(|width| width - 1);
            over -= 1;
        }
        if over == 0 {
            return widths;
        }
        let Some(at) = to_drop.next() else { return widths };
        // The remaining columns get their original width.
        for (other, width) in widths.iter_mut().enumerate() {
            *width = width.map(|_| natural[other]);
        }
        widths[at] = None;
    }
}

/// Writes a table row.
pub(crate) fn line<const N: usize>(
    cells: &[String; N],
    widths: &[Option<usize>; N],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let cells = cells.iter().zip(widths).filter_map(|(cell, width)| Some((cell, (*width)?)));
    let cells: Vec<String> = cells.map(|(cell, width)| pad(&fit(cell, width), width)).collect();
    writeln!(out, "{}", styled(style, cells.join("  ").trim_end()))
}

/// Writes a table.
pub(crate) fn write<const N: usize>(
    rows: &[([String; N], Style)],
    columns: &[Column; N],
    terminal: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let cells: Vec<&[String; N]> = rows.iter().map(|(cells, _)| cells).collect();
    let widths = widths(&cells, columns, terminal);
    rows.iter().try_for_each(|(cells, style)| line(cells, &widths, *style, out))
}

pub(crate) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Truncates a text to a width, with an ellipsis.
pub(crate) fn fit(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.into();
    }
    let mut width = 0;
    let kept = text.chars().take_while(|c| {
        width += c.width().unwrap_or(0);
        width < most
    });
    format!("{}…", kept.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_shortened_before_they_are_dropped() {
        let row = ["a".repeat(30), "b".repeat(10), "c".repeat(10)];
        let columns = [Column { least: 10, ..FIXED }, FIXED, Column { drop: 1, ..FIXED }];
        let of = |terminal| widths(&[&row], &columns, terminal);
        assert_eq!(of(usize::MAX), [Some(30), Some(10), Some(10)]);
        assert_eq!(of(54), [Some(30), Some(10), Some(10)]);
        assert_eq!(of(40), [Some(16), Some(10), Some(10)]);
        assert_eq!(of(33), [Some(21), Some(10), None]);
        assert_eq!(of(5), [Some(10), Some(10), None], "what stays is not cut to nothing");
    }
}
