//! The edits to a retailer file, as the diff to be reviewed, and the next steps.

use super::style::clean;
use crate::attest::Written;
use crate::status::NextStep;
use similar::TextDiff;
use std::io::{self, Write};

/// Writes the name of an edited file and its unified diff.
pub(crate) fn wrote(
    file: &str,
    name: &str,
    Written { before, after, warnings: _, notice: _ }: &Written,
    out: &mut dyn Write,
) -> io::Result<()> {
    let file = clean(file);
    writeln!(out, "wrote {file}: {}", clean(name))?;
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    let diff = diff.unified_diff().header(&file, &file).to_string();
    // Line ends of another platform would move the cursor.
    diff.lines().try_for_each(|line| writeln!(out, "{}", clean(line)))
}

/// Writes the name and the text of a new file.
pub(crate) fn created(file: &str, name: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "wrote {}: {}", clean(file), clean(name))?;
    text.lines().try_for_each(|line| writeln!(out, "  {}", clean(line)))
}

/// Writes that a file already contains what was to be written.
pub(crate) fn unchanged(
    file: &str,
    name: &str,
    stated: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "unchanged {}: {} {}", clean(file), clean(name), clean(stated))
}

/// Writes commands that follow each other, or of which the first does what the others do.
pub(super) fn commands(
    commands: &[String],
    is_choice: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (at, command) in commands.iter().enumerate() {
        let or = if is_choice && at == 1 { "or" } else { "  " };
        writeln!(out, "   {or} $ {}", clean(command))?;
    }
    Ok(())
}

/// Writes the next steps with their commands.
pub(crate) fn next(steps: &[NextStep], out: &mut dyn Write) -> io::Result<()> {
    for NextStep { who, to_do, commands, is_choice } in steps {
        writeln!(out, "next: {}: {}", clean(who), clean(to_do))?;
        self::commands(commands, *is_choice, out)?;
    }
    if steps.is_empty() {
        writeln!(out, "next: no milestone is due; `reconcile status` shows the rest")?;
    }
    Ok(())
}
