//! The chain, what it shows and what it cannot; and what is in doubt.

use super::chain::PastRun;
use super::chain::{Chain, NOTHING_BEFORE, parse, seal};
use super::event::{Line, NotDone, Succeeded};
use super::recovery::{OpenAction, UnresolvedSearch, resolve};
use super::*;
use crate::apply::ApplySummary;
use crate::model::{Id, Setting, System};
use crate::plan::Kind;
use insta::assert_snapshot;

/// Returns the lines of a journal that says this.
fn lines(events: Vec<JournalEvent>) -> Vec<String> {
    let mut previous = NOTHING_BEFORE.to_owned();
    let mut lines = Vec::new();
    for (at, event) in events.into_iter().enumerate() {
        let at = at as i64;
        let n = at as u64 + 1;
        let at = jiff::Timestamp::from_second(1_790_000_000 + at).unwrap();
        let (text, hash) = seal(&Line { n, at, previous, event }).unwrap();
        lines.push(text);
        previous = hash;
    }
    lines
}

fn run_started(run_id: &str) -> JournalEvent {
    JournalEvent::RunStarted(RunStarted {
        format_version: FORMAT_VERSION.into(),
        run_id: run_id.into(),
        environment: "test".into(),
        fingerprint: "f".into(),
        tool_version: "0".into(),
        commit: None,
        who: Some("dana".into()),
        token: None,
        host: None,
        job: None,
        retailers: 1,
        actions: 1,
    })
}

/// The start of the first action of a plan.
fn write(fleet: &str, live: &str) -> ActionStarted {
    let plan = crate::testing::plan(fleet, live);
    let (retailer, action) = plan.actions().next().unwrap();
    ActionStarted {
        id: action.id.clone(),
        retailer: retailer.retailer.clone(),
        file: retailer.file.clone(),
        system: action.system,
        kind: action.kind,
        target_id: action.target_id.clone(),
        name: action.name.clone(),
        changes: action.changes.clone(),
        idempotency_key: None,
    }
}

const EXISTING: &str = "
retailer: Acme
journey: existing
omnireturns_access: required
milestones: {switched_to_loop: 2026-10-12}
";
const BEFORE: &str = "
omnirps: [{id: 77, name: Acme}]
omnireturns: [{id: '1042', name: Acme}]
";

fn update() -> ActionStarted {
    write(EXISTING, BEFORE)
}

fn succeeded(id: &str) -> JournalEvent {
    let record_id = Id::text("77");
    let (retailer, system) = (None, None);
    let (already, already_so) = (false, Vec::new());
    let done = Succeeded { id: id.into(), retailer, system, record_id, already, already_so };
    JournalEvent::ActionSucceeded(done)
}

fn ended() -> JournalEvent {
    JournalEvent::RunEnded(RunEnded { summary: ApplySummary::default(), interrupted: false })
}

fn a_run() -> Vec<String> {
    let action = update();
    let id = action.id.clone();
    lines(vec![run_started("r"), JournalEvent::ActionStarted(action), succeeded(&id), ended()])
}

fn text(lines: &[String]) -> Vec<u8> {
    lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

fn chain(lines: &[String]) -> Chain {
    parse(&text(lines)).chain
}

fn broken_at(chain: &Chain) -> usize {
    match chain {
        Chain::Broken(broken) => broken.line,
        other => panic!("{other:?}"),
    }
}

fn view(run_id: &str, lines: &[String]) -> RunView {
    RunView::new(&PastRun {
        run_id: run_id.into(),
        place: "r.jsonl".into(),
        parsed: parse(&text(lines)),
        running: false,
    })
}

#[test]
fn a_line_is_json_that_ends_in_its_hash() {
    assert_snapshot!(a_run()[2], @r#"{"n":3,"at":"2026-09-21T14:13:22Z","previous":"fc2cdd4f01f5324a6f767ea04aef50763f4391b7040e578c21f10d05dca202a2","event":{"type":"action_succeeded","id":"acme/omnirps/update","record_id":"77","already":false},"hash":"ceb59844814524e03b52bc2c884a90b42cf1e559d401a1274a75813e842b36b4"}"#);
}

#[test]
fn a_journal_as_it_was_written_is_whole() {
    let parsed = parse(&text(&a_run()));
    assert_eq!((parsed.lines.len(), parsed.chain), (4, Chain::Whole));
    assert_eq!(view("r", &a_run()).state, RunState::Complete);
    assert_eq!(parse(b"").chain, Chain::Whole);
}

#[test]
fn any_edited_byte_breaks_the_chain_at_its_line() {
    let whole = text(&a_run());
    let mut line = 1;
    let last = whole.len() - 1;
    for at in 0..last {
        let mut edited = whole.clone();
        edited[at] ^= 1;
        let found = match parse(&edited).chain {
            Chain::Broken(broken) => broken.line,
            // An opened bracket or quote is not distinguishable from a line that was not
            // finished, where nothing comes after it.
            Chain::Torn { line } => line,
            Chain::Whole => panic!("byte {at} was edited and nobody sees it"),
        };
        assert_eq!(found, line, "byte {at}");
        line += usize::from(whole[at] == b'\n');
    }
}

#[test]
fn lines_that_were_taken_out_put_in_or_moved_break_it() {
    for at in 0..3 {
        let mut lines = a_run();
        lines.remove(at);
        assert_eq!(broken_at(&chain(&lines)), at + 1, "line {} is gone", at + 1);
    }
    let mut twice = a_run();
    twice.insert(2, twice[2].clone());
    assert_eq!(broken_at(&chain(&twice)), 4);
    let mut moved = a_run();
    moved.swap(1, 2);
    assert_eq!(broken_at(&chain(&moved)), 2);
    let mut blank = a_run();
    blank.insert(1, String::new());
    assert_eq!(broken_at(&chain(&blank)), 2);
}

#[test]
fn a_line_that_was_edited_with_its_hash_breaks_it_at_the_next_one() {
    let mut lines = a_run();
    let mut line = parse(&text(&lines)).lines.remove(0);
    line.event = run_started("another");
    lines[0] = seal(&line).unwrap().0;
    assert_eq!(broken_at(&chain(&lines)), 2);
}

#[test]
fn a_last_line_that_was_not_finished_is_a_crash() {
    let whole = text(&a_run());
    let last = whole.len() - a_run()[3].len() - 1;
    for end in last + 1..whole.len() {
        let parsed = parse(&whole[..end]);
        assert_eq!((parsed.lines.len(), parsed.chain), (3, Chain::Torn { line: 4 }), "{end}");
    }
    // With a line end after it, too: the file system may have kept that and not the rest.
    let half = [&whole[..last + 20], b"\n"].concat();
    assert_eq!(parse(&half).chain, Chain::Torn { line: 4 });
    // In the middle there is no such excuse.
    let mut lines = a_run();
    lines[1].truncate(20);
    assert_eq!(broken_at(&chain(&lines)), 2);
}

#[test]
fn another_major_version_is_not_guessed_at() {
    let JournalEvent::RunStarted(started) = run_started("r") else { unreachable!() };
    let later = RunStarted { format_version: "2.0".into(), ..started.clone() };
    assert_eq!(broken_at(&chain(&lines(vec![JournalEvent::RunStarted(later)]))), 1);
    let minor = RunStarted { format_version: "1.9".into(), ..started };
    assert_eq!(chain(&lines(vec![JournalEvent::RunStarted(minor)])), Chain::Whole);
}

#[test]
fn what_began_and_did_not_end_is_in_doubt() {
    let run = view("r", &a_run()[..2]);
    assert_eq!((run.state, run.totals.in_doubt), (RunState::Crashed, 1));
    let run = view("r", &a_run()[..3]);
    assert_eq!((run.state, run.totals.in_doubt, run.totals.applied), (RunState::Crashed, 0, 1));
}

#[test]
fn a_later_run_settles_what_was_in_doubt_or_hands_it_on() {
    let told = |found| UnresolvedAction {
        run_id: "a".into(),
        action: update(),
        found,
        detail: String::new(),
        not_written: Vec::new(),
    };
    let crashed = view("a", &a_run()[..2]);
    let settled = view(
        "b",
        &lines(vec![
            run_started("b"),
            JournalEvent::InDoubtResolved(told(Found::Applied)),
            ended(),
        ]),
    );
    let handed_on = view(
        "b",
        &lines(vec![
            run_started("b"),
            JournalEvent::InDoubtUnresolved(told(Found::Unknown)),
            ended(),
        ]),
    );
    let nothing_yet = view("b", &lines(vec![run_started("b")]));
    let open = |runs: &[&RunView]| {
        let mut search = UnresolvedSearch::default();
        let looked_at = runs.iter().take_while(|run| search.add_older_run(run)).count();
        (search.open.iter().map(|open| open.run_id.clone()).collect::<Vec<_>>(), looked_at)
    };
    assert_eq!(open(&[&crashed]), (vec!["a".to_owned()], 0));
    assert_eq!(open(&[&settled, &crashed]), (vec![], 0));
    assert_eq!(open(&[&handed_on, &crashed]), (vec!["a".to_owned()], 0));
    assert_eq!(open(&[&nothing_yet, &crashed]), (vec!["a".to_owned()], 1));
}

/// What live says of the first action of a plan.
fn found(fleet: &str, before: &str, live: &str) -> (Found, String) {
    let open = OpenAction { run_id: "r".into(), action: write(fleet, before) };
    let UnresolvedAction { found, detail, .. } = resolve(&open, &crate::testing::live(live));
    (found, detail)
}

#[test]
fn live_says_what_became_of_an_update() {
    let on = "tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update', tracking_webhook.enabled: true";
    let tell = |live: &str| found(EXISTING, BEFORE, live);
    let (there, _) =
        tell(&format!("omnirps: [{{id: 77, name: Acme, {on}, track_and_trace_emails: disabled}}]"));
    assert_eq!(there, Found::Applied);
    assert_eq!(tell(BEFORE).0, Found::NotApplied);
    let (half, detail) = tell(&format!("omnirps: [{{id: 77, name: Acme, {on}}}]"));
    assert_eq!(half, Found::Differs);
    assert_snapshot!(detail, @"`omnirps.track_and_trace_emails` is enabled instead of disabled");
    assert_eq!(tell("omnirps: []").0, Found::Differs);
    assert_eq!(tell("unknown: [omnirps]").0, Found::Unknown);
}

#[test]
fn live_says_what_became_of_a_create() {
    let new = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
    assert_eq!(write(new, "{}").kind, Kind::Create);
    assert_eq!(write(new, "{}").system, System::Omniparcel);
    let tell = |live: &str| found(new, "{}", live);
    assert_eq!(tell("{}").0, Found::NotApplied);
    assert_eq!(tell("omniparcel: [{id: 5, name: acme}]").0, Found::NotApplied);
    let (there, detail) = tell("omniparcel: [{id: 5, name: Acme}]");
    assert_eq!((there, detail.as_str()), (Found::Applied, "the record exists as id 5"));
    let twice = "omniparcel: [{id: 5, name: Acme}, {id: 6, name: Acme}]";
    assert_eq!(tell(twice).0, Found::Differs);
}

#[test]
fn what_was_already_so_is_shown_without_a_start() {
    let already = |retailer: Option<&str>| {
        JournalEvent::ActionSucceeded(Succeeded {
            id: "acme/omnirps/create".into(),
            retailer: retailer.map(str::to_owned),
            system: retailer.map(|_| System::Omnirps),
            record_id: Id::text("77"),
            already: true,
            already_so: Vec::new(),
        })
    };
    let shown = |event| view("r", &lines(vec![run_started("r"), event]));
    let (known, unknown) = (shown(already(Some("Acme"))), shown(already(None)));
    assert_eq!(known.totals.already, 1);
    let action = &known.actions[0];
    assert_eq!((&*action.retailer, action.outcome), ("Acme", OutcomeKind::Already));
    assert_eq!(action.record_id.as_deref(), Some("77"));
    // A journal of an earlier version is read as before.
    assert!(!lines(vec![already(None)])[0].contains("retailer"));
    assert_eq!((unknown.totals.already, unknown.actions.len()), (0, 0));
}

#[test]
fn an_action_in_doubt_keeps_what_was_already_so() {
    let action = update();
    let already_so = vec![Setting::OmnireturnsPortal];
    let failed = JournalEvent::ActionFailed(NotDone {
        id: action.id.clone(),
        retailer: action.retailer.clone(),
        system: action.system,
        message: String::new(),
        hint: String::new(),
        in_doubt: true,
        already_so: already_so.clone(),
    });
    let run = lines(vec![run_started("r"), JournalEvent::ActionStarted(action), failed]);
    assert_eq!(view("r", &run).actions[0].already_so, already_so);
}
