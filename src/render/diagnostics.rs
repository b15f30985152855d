//! Diagnostics in the style of compilers: the message, the position, the line with a mark under
//! the error, and the hint.

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Span, is_invisible};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::io::{self, Write};
use std::ops::Range;

/// The maximum width of an excerpt, in characters. Terminals are 80 to 200 wide; longer lines
/// are cut around the mark.
const WIDTH: usize = 160;

/// How much of a longer line after the start of the mark is given to the renderer.
const AFTER_MARK: usize = 2 * WIDTH;

/// The maximum length of a mark in a longer line.
const MAX_MARK: usize = 60;

/// The maximum distance in lines of two positions in one excerpt, with the lines between them
/// folded. Longer than a retailer file.
const MAX_EXCERPT: usize = 200;

/// Writes all diagnostics, each followed by a blank line. Excerpts are cut at the width of the
/// terminal if their marks allow it; the writer wraps what is longer.
pub(crate) fn render(report: &Diagnostics, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let renderer = Renderer::styled().decor_style(DecorStyle::Ascii).term_width(WIDTH.min(width));
    for diagnostic in &report.diagnostics {
        for line in one(report, diagnostic, &renderer).lines() {
            // The second position is written after `:::`, which a CI runner reads as a command.
            let is_place = anstream::adapter::strip_str(line).to_string();
            let is_place = is_place.trim_start().starts_with("::: ");
            let line = if is_place { &line.replacen(":::", "-->", 1) } else { line };
            writeln!(out, "{line}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn one(report: &Diagnostics, diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let Diagnostic { code, severity, message, primary, related, hint } = diagnostic;
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(visible_text(message)).id(*code));
    let mut together = vec![Mark { span: primary, label: "", kind: AnnotationKind::Primary }];
    let mut apart = Vec::new();
    for (span, label) in related {
        let mark = Mark { span, label, kind: AnnotationKind::Context };
        if fits_beside(report, primary, span) { together.push(mark) } else { apart.push(mark) }
    }
    group = excerpt(report, &together, group);
    for mark in apart {
        group = excerpt(report, &[mark], group);
    }
    group = group.element(Level::HELP.with_name("hint").message(visible_text(hint)));
    renderer.render(&[group])
}

/// A marked position in an excerpt.
struct Mark<'a> {
    span: &'a Span,
    label: &'a str,
    kind: AnnotationKind,
}

/// Returns whether a related position fits into the excerpt of the primary one.
fn fits_beside(report: &Diagnostics, primary: &Span, related: &Span) -> bool {
    // The positions are in different texts.
    if primary.file != related.file {
        return false;
    }
    let Some(source) = report.sources.get(primary.file) else { return false };
    let start = primary.range.start.min(related.range.start);
    let end = primary.range.end.max(related.range.end);
    let lines = lines(&source.text, start..end);
    let Some(text) = source.text.get(lines) else { return false };
    text.lines().count() <= MAX_EXCERPT && text.lines().all(|line| line.chars().count() <= WIDTH)
}

/// Adds an excerpt of one file; the first mark gives its position.
fn excerpt<'a>(report: &Diagnostics, marks: &[Mark<'a>], group: Group<'a>) -> Group<'a> {
    let Some(first) = marks.first() else { return group };
    let Some(source) = report.sources.get(first.span.file) else { return group };
    let start = marks.iter().map(|mark| mark.span.range.start).min().unwrap_or(0);
    let end = marks.iter().map(|mark| mark.span.range.end).max().unwrap_or(0);
    let lines = lines(&source.text, start..end);
    let Some(text) = source.text.get(lines.clone()).filter(|text| !text.is_empty()) else {
        // An empty snippet would have no position.
        let (line, column) = report.line_column(first.span);
        return group
            .element(Origin::path(visible_text(&source.path)).line(line).char_column(column));
    };
    let mut window = Window::new(text);
    let is_long = marks.len() == 1 && text.chars().count() > WIDTH;
    if is_long {
        window.cut(first.span.range.start - lines.start);
    }
    let top = Span { file: first.span.file, range: lines.start..lines.start };
    let mut snippet = Snippet::source(window.text.clone())
        .path(visible_text(&source.path))
        .line_start(report.line_column(&top).0);
    for mark in marks {
        let mut range = mark.span.range.start - lines.start..mark.span.range.end - lines.start;
        if is_long {
            let most = text[range.start..].char_indices().nth(MAX_MARK);
            range.end = range.end.min(most.map_or(text.len(), |(at, _)| range.start + at));
        }
        let label = (!mark.label.is_empty()).then(|| visible_text(mark.label));
        snippet = snippet.annotation(mark.kind.span(window.place(range)).label(label));
    }
    group.element(snippet)
}

/// Returns the whole lines that a range touches, without the last line end.
fn lines(text: &str, range: Range<usize>) -> Range<usize> {
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at);
    let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
    start..end.max(start)
}

/// The displayed part of a text, without terminal control characters, and a map from byte
/// positions in the text to those in the part.
struct Window {
    text: String,
    /// For each displayed character, its position in the text and in the part.
    places: Vec<(usize, usize)>,
}

impl Window {
    fn new(text: &str) -> Window {
        let mut window = Window { text: String::new(), places: Vec::new() };
        let mut characters = text.char_indices().peekable();
        while let Some((at, c)) = characters.next() {
            window.places.push((at, window.text.len()));
            let ends_line =
                c == '\n' || (c == '\r' && matches!(characters.peek(), Some((_, '\n'))));
            window.text.push(if ends_line || c == '\t' { c } else { visible(c) });
        }
        window
    }

    /// Drops what is far behind a position. What precedes it stays, because the renderer counts
    /// the column from there; it shows as much as fits.
    fn cut(&mut self, mark: usize) {
        let last = self.places.partition_point(|(at, _)| *at < mark) + AFTER_MARK;
        if let Some((_, end)) = self.places.get(last) {
            self.text.truncate(*end);
            self.places.truncate(last);
        }
    }

    /// Maps a range of the text to the displayed part.
    fn place(&self, range: Range<usize>) -> Range<usize> {
        let here = |sought: usize| {
            let index = self.places.partition_point(|(at, _)| *at < sought);
            self.places.get(index).map_or(self.text.len(), |(_, here)| *here)
        };
        here(range.start)..here(range.end).max(here(range.start))
    }
}

fn visible(c: char) -> char {
    if is_invisible(c) { '\u{fffd}' } else { c }
}

fn visible_text(text: &str) -> String {
    text.chars().map(visible).collect()
}
