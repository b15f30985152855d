//! Plans and drift, in each format.

use super::write_reports;
use crate::cli::{PlanFormat, ReportFile};
use crate::config::Sources;
use crate::console::{print_commands, stdout_width};
use crate::exit::Failure;
use crate::plan::Plan;
use crate::plan::origin::{Drift, DriftPlan};
use crate::render::wrap::{ENDLESS, Wrap};
use crate::render::{self, inert::Inert, junit::Subject, text::PlanText};
use std::borrow::Cow;
use std::io::{self, Write};

/// A plan, with the other inputs of its formats.
pub(crate) struct PlanOutput<'a> {
    pub plan: &'a Plan,
    /// The drift, for `drift`.
    pub drift: Option<&'a Drift>,
    /// The files that the plan was made from, if they were read.
    pub sources: Option<&'a Sources>,
    /// All covered retailers, including those without an entry.
    pub subjects: Vec<Subject<'a>>,
    /// The text options.
    pub text: PlanText<'a>,
}

impl PlanOutput<'_> {
    /// Writes the reports, and prints the plan.
    pub(crate) fn publish(
        &self,
        format: PlanFormat,
        reports: &[ReportFile<PlanFormat>],
    ) -> Result<(), Failure> {
        write_reports(reports, |format, out| self.show(format, ENDLESS, out))?;
        print_commands(|out| self.show(format, stdout_width(), out))
    }

    fn show(&self, format: PlanFormat, width: usize, out: &mut dyn Write) -> io::Result<()> {
        let PlanOutput { plan, drift: _, sources, subjects: _, text } = self;
        let named = match &text.people {
            // Programs receive roles, and the text format names people in more places.
            Some(people) if !matches!(format, PlanFormat::Json | PlanFormat::Text) => {
                people.named_in(plan)
            }
            _ => Cow::Borrowed(*plan),
        };
        let plan = named.as_ref();
        if format == PlanFormat::Github {
            let plan = &match sources {
                Some(sources) => crate::locate::locate(named.into_owned(), sources),
                None => named.into_owned(),
            };
            // Annotations are intentional commands.
            return self.write(format, plan, out);
        }
        let width = if format == PlanFormat::Text { width } else { ENDLESS };
        let out = &mut Wrap::new(Inert::new(out), width);
        self.write(format, plan, out)?;
        out.flush()
    }

    fn write(&self, format: PlanFormat, plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
        let PlanOutput { plan: _, drift, sources: _, subjects, text } = self;
        match (format, drift) {
            (PlanFormat::Github, None) => render::github::plan(plan, text.undeclared, out),
            (PlanFormat::Github, Some(drift)) => render::github::drift(plan, drift, out),
            (PlanFormat::Text, None) => render::text::plan(plan, text, out),
            (PlanFormat::Text, Some(drift)) => {
                render::drift::text(plan, drift, text.people.as_ref(), out)
            }
            (PlanFormat::Diff, None) => render::unified::plan(plan, text.undeclared, out),
            (PlanFormat::Diff, Some(drift)) => render::unified::drift(plan, drift, out),
            (PlanFormat::Json, None) => render::json::write(plan, out),
            (PlanFormat::Json, Some(drift)) => {
                render::json::write(&DriftPlan::new(plan, drift), out)
            }
            (PlanFormat::Markdown, None) => render::markdown::plan(plan, text.undeclared, out),
            (PlanFormat::Markdown, Some(drift)) => render::drift::markdown(plan, drift, out),
            (PlanFormat::Commonmark, None) => render::commonmark::plan(plan, text.undeclared, out),
            (PlanFormat::Commonmark, Some(drift)) => render::commonmark::drift(plan, drift, out),
            (PlanFormat::Junit, None) => render::junit::plan(plan, subjects, text.undeclared, out),
            (PlanFormat::Junit, Some(drift)) => render::junit::drift(plan, drift, subjects, out),
        }
    }
}
