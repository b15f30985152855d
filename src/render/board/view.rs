//! What the template shows, in its words.

use super::checklists::Data;
use super::{CSS, JS, policy};
use crate::model::{Journey, Role, Roles};
use crate::process::journey::{Phase, phases};
use crate::render::alerts::{Group, groups};
use crate::render::inert::bracketed;
use crate::render::status as words;
use crate::render::style::clean;
use crate::status::{Alert, Open, RetailerStatus, Status, StatusSummary, WaitingFor};
use minijinja::Value;
use serde::Serialize;
use std::io;

/// Everything that the template shows.
#[derive(Serialize)]
pub(super) struct Board {
    policy: String,
    css: Value,
    js: Value,
    data: Value,
    environment: String,
    partner: String,
    as_of: String,
    notice: Option<String>,
    totals: Vec<Total>,
    alarms: Vec<Alarm>,
    roles: Vec<RoleChoice>,
    journeys: Vec<JourneyBoard>,
    counts: String,
}

#[derive(Serialize)]
struct Total {
    title: &'static str,
    count: usize,
    is_alarm: bool,
}

/// Retailers for which the same is to be done.
#[derive(Serialize)]
struct Alarm {
    hint: String,
    retailers: Vec<AlarmOf>,
}

#[derive(Serialize)]
struct AlarmOf {
    link: String,
    message: String,
}

#[derive(Serialize)]
struct RoleChoice {
    key: &'static str,
    title: String,
    count: usize,
}

#[derive(Serialize)]
struct JourneyBoard {
    key: &'static str,
    title: &'static str,
    count: usize,
    columns: Vec<Column>,
}

#[derive(Serialize)]
struct Column {
    /// The journey and the phase, as the filter says them.
    key: String,
    id: String,
    title: &'static str,
    steps: &'static str,
    cards: Vec<Card>,
}

#[derive(Serialize)]
struct Card {
    name: String,
    roles: String,
    attention: bool,
    no_credits: bool,
    badges: Vec<Badge>,
    at: String,
    waits: String,
    since: Option<String>,
    todo: Vec<ToDo>,
    nothing: &'static str,
}

#[derive(Serialize)]
struct Badge {
    kind: &'static str,
    text: String,
}

#[derive(Serialize)]
struct ToDo {
    who: String,
    steps: String,
    to_do: String,
    commands: Vec<String>,
}

/// Puts together what the template shows.
pub(super) fn view(status: &Status, roles: Roles<'_>) -> io::Result<Board> {
    let mut data = Data::new();
    let journeys = [Journey::New, Journey::Existing { omnireturns_access: None }];
    let journeys = journeys.into_iter().filter_map(|of| journey(status, of, roles, &mut data));
    let journeys = journeys.collect();
    let count = |role: Role| status.summary.waiting_for.get(role.key()).copied().unwrap_or(0);
    let nobody = status.retailers.iter().filter(|retailer| retailer.waiting_for.is_empty()).count();
    let mut choices: Vec<RoleChoice> = Role::ALL
        .into_iter()
        .map(|role| RoleChoice {
            key: role.key(),
            title: clean(&roles.title(role)),
            count: count(role),
        })
        .collect();
    choices.push(RoleChoice { key: NOBODY, title: "nobody".into(), count: nobody });
    let json = bracketed(&serde_json::to_string(&data)?, "\\u005b");
    Ok(Board {
        policy: policy(),
        css: Value::from_safe_string(CSS.into()),
        js: Value::from_safe_string(JS.into()),
        // Only texts hold it in JSON, and only it can end the block.
        data: Value::from_safe_string(json.replace('<', "\\u003c")),
        environment: clean(&status.environment),
        partner: clean(roles.partner),
        as_of: status.as_of.to_string(),
        notice: words::unread(status),
        totals: totals(&status.summary, status.live_read),
        alarms: alarms(status),
        roles: choices,
        journeys,
        counts: words::counts(status),
    })
}

fn alarms(status: &Status) -> Vec<Alarm> {
    let of = |alert: &Alert| AlarmOf {
        link: format!("q={}", percent(&alert.slug)),
        message: clean(&alert.message),
    };
    let alerts = status.alerts.iter().map(|alert| (alert.hint.as_str(), of(alert)));
    let alarm = |Group { hint, alerts }| Alarm { hint: clean(hint), retailers: alerts };
    groups(alerts).into_iter().map(alarm).collect()
}

/// The role of those who wait for nobody.
const NOBODY: &str = "nobody";

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn totals(summary: &StatusSummary, live_read: bool) -> Vec<Total> {
    let StatusSummary {
        retailers, done, no_credits, drift, to_apply, manual, held, blocked, ..
    } = summary;
    let total = |title, count: &usize| Total { title, count: *count, is_alarm: false };
    if !live_read {
        return vec![total("retailers", retailers), total("live", done)];
    }
    let credits = no_credits.as_ref().map(|no_credits| Total {
        is_alarm: *no_credits > 0,
        ..total("without credits", no_credits)
    });
    let mut totals = vec![total("retailers", retailers)];
    totals.extend(credits);
    totals.extend([
        total("drifted", drift),
        total("to apply", to_apply),
        total("manual", manual),
        total("blocked", blocked),
        total("held", held),
        total("done", done),
    ]);
    totals
}

/// `None` where no retailer is on the journey.
fn journey<'a>(
    status: &'a Status,
    journey: Journey,
    roles: Roles<'_>,
    data: &mut Data<'a>,
) -> Option<JourneyBoard> {
    let key = crate::status::journey_key(journey);
    let of_journey: Vec<&RetailerStatus> =
        status.retailers.iter().filter(|retailer| retailer.journey == key).collect();
    if of_journey.is_empty() {
        return None;
    }
    let columns = phases(journey).iter().map(|phase| {
        let Phase { key: of, title, steps, .. } = phase;
        let mut in_phase: Vec<&RetailerStatus> =
            of_journey.iter().copied().filter(|retailer| retailer.stage.phase == *of).collect();
        in_phase.sort_by_key(|retailer| !retailer.has_no_credits());
        for retailer in &in_phase {
            data.add(retailer, roles);
        }
        Column {
            key: format!("{key}/{of}"),
            id: format!("{key}-{of}"),
            title,
            steps,
            cards: in_phase
                .iter()
                .map(|retailer| card(retailer, roles, status.live_read))
                .collect(),
        }
    });
    let columns = columns.collect();
    Some(JourneyBoard { key, title: words::journey(key), count: of_journey.len(), columns })
}

fn card(retailer: &RetailerStatus, roles: Roles<'_>, live_read: bool) -> Card {
    let RetailerStatus { retailer: name, account_manager, stage, waiting_for, drift, done, .. } =
        retailer;
    let Open { to_apply, manual, held: _, blocked, observed } = retailer.open;
    let waited = retailer.roles();
    let keys: Vec<&str> = waited.iter().map(|role| role.key()).collect();
    let own = account_manager.as_deref();
    let titles: Vec<String> =
        waited.iter().map(|role| clean(&roles.title_for(*role, own))).collect();
    let mut badges = Vec::new();
    let mut badge = |is: bool, kind, text: String| {
        if is {
            badges.push(Badge { kind, text });
        }
    };
    badge(retailer.has_no_credits(), "alarm", "no credits".into());
    badge(blocked > 0, "alarm", format!("{blocked} blocked"));
    badge(*drift, "warn", format!("drift: {to_apply} to apply"));
    badge(!*drift && to_apply > 0, "info", format!("{to_apply} to apply"));
    badge(manual > 0, "warn", format!("{manual} manual"));
    badge(retailer.overdue_days.is_some(), "warn", "overdue".into());
    badge(observed > 0, "warn", format!("{observed} observed"));
    badge(*done && live_read, "good", "done".into());
    let at = [stage.step.map(String::from), account_manager.as_deref().map(clean)];
    Card {
        name: clean(name),
        roles: if keys.is_empty() { NOBODY.into() } else { keys.join(" ") },
        attention: retailer.has_no_credits() || to_apply + manual + blocked + observed > 0,
        no_credits: retailer.has_no_credits(),
        badges,
        at: at.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        waits: titles.join(", "),
        since: words::age(retailer),
        todo: waiting_for.iter().map(to_do).collect(),
        nothing: words::nothing_next(retailer, live_read),
    }
}

fn to_do(waiting: &WaitingFor) -> ToDo {
    let WaitingFor { roles: _, who, steps, to_do, commands, .. } = waiting;
    ToDo {
        who: clean(who),
        steps: steps.join(", "),
        to_do: clean(to_do),
        commands: commands.iter().map(|command| clean(command)).collect(),
    }
}
