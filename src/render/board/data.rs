//! The data for the script's filters and panel.

use super::marks::{Mark, marks};
use super::people::Person;
use super::{BoardInput, BoardMessage};
use crate::model::{Journey, Roles};
use crate::plan::Alert;
use crate::process::journey::{Phase, phases};
use crate::render::inert::bracketed;
use crate::render::status as words;
use crate::render::style::clean;
use crate::render::wording;
use crate::shell;
use crate::status::{RetailerAlert, RetailerStatus, StepStatus, TaskState, WaitingFor};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;

/// The data of a board. Numbers are indexes of texts, stages, retailers and so on.
#[derive(Serialize)]
pub(super) struct Data {
    texts: Vec<String>,
    /// Name, sign and class.
    states: Vec<(&'static str, &'static str, &'static str)>,
    /// The keys of the marks.
    marks: Vec<&'static str>,
    /// The name of the state of a completed retailer.
    done: &'static str,
    /// The marks that are displayed next to a name, with their labels.
    beside: Vec<(usize, &'static str)>,
    /// Step, who, and title.
    tasks: Vec<(usize, usize, usize)>,
    stages: Vec<StageData>,
    /// The URL prefixes of a file and of its history.
    links: Option<(String, String)>,
    /// Indexed as in the status.
    retailers: Vec<RetailerData>,
    /// The lists of the page: the person, and the retailers.
    lists: Vec<(Option<usize>, Vec<usize>)>,
}

#[derive(Serialize)]
struct StageData {
    journey: &'static str,
    key: &'static str,
    title: &'static str,
    steps: &'static str,
}

#[derive(Serialize)]
struct RetailerData {
    name: String,
    slug: String,
    file: usize,
    /// The URL path of the file in the repository.
    path: Option<usize>,
    stage: usize,
    step: usize,
    manager: Option<usize>,
    marks: Vec<usize>,
    /// The days since the step became due to someone, and how many of them are overdue.
    days: Option<i32>,
    overdue: Option<i32>,
    /// Alerts, each with its hint.
    alerts: Vec<(usize, usize)>,
    /// The number of arrived returns, if counted.
    arrivals: Option<usize>,
    waiting: Vec<WaitingData>,
    /// Why nobody is waited for.
    nothing: Option<usize>,
    /// The task, its state, and the evidence.
    steps: Vec<(usize, usize, Vec<usize>)>,
    /// The lines of the text to send.
    message: Option<Vec<usize>>,
    /// What makes it untrue or incomplete.
    warnings: Vec<usize>,
    /// Commands that show more.
    commands: Vec<usize>,
}

#[derive(Serialize)]
struct WaitingData {
    who: usize,
    steps: usize,
    to_do: usize,
    commands: Vec<usize>,
    is_choice: bool,
    since: Option<usize>,
    overdue: Option<usize>,
}

/// Deduplicated texts with their indexes: the same step applies to thousands of retailers.
#[derive(Default)]
struct Texts {
    all: Vec<String>,
    places: BTreeMap<String, usize>,
}

impl Texts {
    fn add(&mut self, text: &str) -> usize {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        self.all.push(text.to_owned());
        self.places.insert(text.to_owned(), self.all.len() - 1);
        self.all.len() - 1
    }

    fn add_all<'b>(&mut self, texts: impl IntoIterator<Item = &'b String>) -> Vec<usize> {
        texts.into_iter().map(|text| self.add(text)).collect()
    }
}

/// A board's data under construction.
struct Builder<'a> {
    input: &'a BoardInput<'a>,
    texts: Texts,
    tasks: Vec<(usize, usize, usize)>,
    stages: Vec<StageData>,
    alerts: BTreeMap<&'a str, Vec<&'a Alert>>,
}

/// Returns the data as JSON that can be embedded in a page element. `lists` are in page order.
pub(super) fn json(
    input: &BoardInput<'_>,
    lists: &[(Option<&Person<'_>>, Vec<usize>)],
) -> io::Result<String> {
    let mut alerts: BTreeMap<&str, Vec<&Alert>> = BTreeMap::new();
    for RetailerAlert { slug, alert, .. } in &input.status.alerts {
        alerts.entry(slug).or_default().push(alert);
    }
    let stages = Journey::ALL.into_iter().flat_map(|of| {
        phases(of).iter().map(move |Phase { key, title, steps, .. }| StageData {
            journey: of.key(),
            key,
            title,
            steps,
        })
    });
    let stages = stages.collect();
    let texts = Texts::default();
    let mut builder = Builder { input, texts, tasks: Vec::new(), stages, alerts };
    let retailers = input.status.retailers.iter().map(|of| builder.retailer(of)).collect();
    let lists = lists
        .iter()
        .map(|(person, places)| {
            (person.map(|person| builder.texts.add(&person.name)), places.clone())
        })
        .collect();
    let beside = Mark::ALL.into_iter().enumerate().filter(|(_, mark)| mark.is_beside_name());
    let data = Data {
        texts: builder.texts.all,
        states: TaskState::ALL.map(|state| (state.words(), state.mark(), state.key())).into(),
        marks: Mark::ALL.map(Mark::key).into(),
        done: Mark::Done.title(input.status.live_read),
        beside: beside.map(|(at, mark)| (at, mark.title(input.status.live_read))).collect(),
        tasks: builder.tasks,
        stages: builder.stages,
        links: input.pages().map(|pages| (pages.file.clone(), pages.history.clone())),
        retailers,
        lists,
    };
    Ok(in_element(&serde_json::to_string(&data)?))
}

impl Builder<'_> {
    fn retailer(&mut self, of: &RetailerStatus) -> RetailerData {
        let BoardInput { status, roles, messages, .. } = *self.input;
        let own = of.account_manager.as_deref();
        let place = |mark: Mark| Mark::ALL.iter().position(|other| *other == mark);
        let alerts = self.alerts.get(of.slug.as_str()).cloned().unwrap_or_default();
        let paths = self.input.pages().map(|pages| &pages.paths);
        let path = paths.and_then(|paths| paths.get(&of.slug));
        // A template may yield no text.
        let message = messages.get(&of.slug).filter(|message| !message.text.trim().is_empty());
        let warnings = message.iter().flat_map(|message| &message.warnings);
        let warnings: Vec<String> = warnings.map(|warning| clean(warning)).collect();
        RetailerData {
            name: clean(&of.retailer),
            slug: of.slug.clone(),
            file: self.texts.add(&clean(&of.file)),
            path: path.map(|path| self.texts.add(path)),
            stage: self
                .stages
                .iter()
                .position(|stage| (stage.journey, stage.key) == (of.journey.key(), of.stage.phase))
                .unwrap_or_default(),
            step: self.texts.add(&words::stage(of)),
            manager: own.map(|name| self.texts.add(&clean(name))),
            marks: marks(of).filter_map(place).collect(),
            days: of.since().map(|(_, days)| days),
            overdue: of.overdue_days,
            alerts: alerts
                .iter()
                .map(|alert| {
                    (self.texts.add(&clean(&alert.message)), self.texts.add(&clean(&alert.hint)))
                })
                .collect(),
            arrivals: of.uploads.as_ref().map(|of| self.texts.add(&words::arrivals(of))),
            waiting: of.waiting_for.iter().map(|waiting| self.waiting(waiting)).collect(),
            nothing: of
                .waiting_for
                .is_empty()
                .then(|| self.texts.add(words::nothing_next(of, status.live_read))),
            steps: of.steps.iter().map(|step| self.step(step, roles, own)).collect(),
            message: message.map(|BoardMessage { text, .. }| {
                // What is copied is what `message` prints.
                text.trim_end().lines().map(|line| self.texts.add(line)).collect()
            }),
            warnings: self.texts.add_all(&warnings),
            commands: self.texts.add_all(&self.commands(of)),
        }
    }

    fn waiting(&mut self, waiting: &WaitingFor) -> WaitingData {
        let WaitingFor { who, steps, to_do, commands, is_choice, overdue_days, .. } = waiting;
        let commands: Vec<String> = commands.iter().map(|command| clean(command)).collect();
        WaitingData {
            who: self.texts.add(&clean(who)),
            steps: self.texts.add(&steps.join(", ")),
            to_do: self.texts.add(&clean(to_do)),
            commands: self.texts.add_all(&commands),
            is_choice: *is_choice,
            since: waiting.since().map(|age| self.texts.add(&words::since(age))),
            overdue: overdue_days.map(|days| self.texts.add(&wording::days(days))),
        }
    }

    fn step(
        &mut self,
        step: &StepStatus,
        roles: Roles<'_>,
        account_manager: Option<&str>,
    ) -> (usize, usize, Vec<usize>) {
        let task = (
            self.texts.add(step.step),
            self.texts.add(&clean(&roles.titles_for(step.who, account_manager))),
            self.texts.add(step.asks),
        );
        let at = self.tasks.iter().position(|other| *other == task).unwrap_or_else(|| {
            self.tasks.push(task);
            self.tasks.len() - 1
        });
        let state = TaskState::ALL.iter().position(|state| *state == step.state);
        let notes: Vec<String> = words::evidence(step).iter().map(|note| clean(note)).collect();
        (at, state.unwrap_or_default(), self.texts.add_all(&notes))
    }

    fn commands(&self, of: &RetailerStatus) -> Vec<String> {
        let options = self.input.options;
        let mut commands = vec![
            options.add_to(&format!("reconcile status {}", of.slug)),
            options.add_to(&format!("reconcile explain {}", of.slug)),
        ];
        if self.input.commit.is_some() {
            commands.push(format!("git log --patch -- {}", shell::word(&clean(&of.file))));
        }
        commands
    }
}

/// Escapes JSON so that it cannot end the element that contains it. Only strings contain these
/// characters.
fn in_element(json: &str) -> String {
    let escaped = json
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029");
    bracketed(&escaped, "\\u005b")
}

#[cfg(test)]
mod tests {
    use super::in_element;

    #[test]
    fn no_text_ends_the_element_or_is_a_command() {
        let text = "</script><!-- --> \u{2028}\u{2029} ##[group] ##vso[x]";
        let json = in_element(&serde_json::to_string(text).unwrap());
        for bad in ["<", ">", "\u{2028}", "\u{2029}", "##[", "##vso["] {
            assert!(!json.contains(bad), "{bad}: {json}");
        }
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
