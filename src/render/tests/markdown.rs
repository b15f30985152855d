//! A plan as a comment: its wording, and the escaping of hostile texts.

use super::{every_kind, written};
use crate::model::{Setting, System, Value};
use crate::plan::origin::Drift;
use crate::plan::{Alert, AlertCode, Kind, Origin, Plan, RetailerPlan};
use crate::render::markdown;
use crate::testing;
use insta::assert_snapshot;
use proptest::prelude::*;

/// GitHub's limit for a comment, in characters.
const LIMIT: usize = 65_536;

fn comment(plan: &Plan) -> String {
    written(|out| markdown::plan(plan, None, out))
}

#[test]
fn every_kind_of_entry() {
    assert_snapshot!(comment(&every_kind()), @r#"
    ### Plan for test: 2 to create, 2 to update, 3 manual, 4 held, 3 blocked, 0 unchanged

    > **Acme has switched over and has a tracking webhook that points elsewhere, so its customers get no credits.** (<code>no-credits</code>)<br>What to do: find out who changed it, then run <code>reconcile apply</code> to set it again, with --only for a single retailer.

    > **OmniParcel could not be read.** Nothing is planned for it or for what depends on it. Plan again once it responds.

    *pending*: caused by the changed files. *drift*: live already differs from what the files declared before.

    <details>
    <summary><b>Acme</b> (<code>retailers/acme.yaml</code>): 2 to update</summary>

    **Update in OmniRPS:** Acme (id <code>77</code>)

    | setting | before | after | origin | why |
    |---|---|---|---|---|
    | <code>omnirps.tracking&#95;webhook.url</code> | <code>https&#58;//relay.acme.example/seko</code> | <code>https&#58;//api.loopreturns.com/hook/v1/seko/update</code> | drift | N5.2.1, otherwise customers get no credits |
    | <code>omnirps.tracking&#95;webhook.enabled</code> | <code>false</code> | <code>true</code> | pending | N5.2.1, otherwise customers get no credits |
    | <code>omnirps.shopify&#95;integration</code> | <code>disabled</code> | <code>enabled</code> | pending | E6.3, overridden: winds down its own store until March |

    **Update in OmniReturns:** Acme (id <code>1042</code>)

    | setting | before | after | why |
    |---|---|---|---|
    | <code>omnireturns.company</code> | <code>SEKO</code> | <code>Loop</code> | E6.1, otherwise OmniReturns keeps the retailer among those that pay for access |

    </details>

    <details>
    <summary><b>Birch</b> (<code>retailers/birch.yaml</code>): 2 to create, 1 blocked</summary>

    **Create in OmniRPS:** Birch

    | setting | before | after | why |
    |---|---|---|---|
    | <code>omnirps.retailer</code> | (unset) | <code>present</code> | N5, otherwise no hub can process the retailer's returns |
    | <code>omnirps.tracking&#95;webhook.url</code> | (unset) | <code>https&#58;//api.loopreturns.com/hook/v1/seko/update</code> | N5.2.1, otherwise customers get no credits |
    | <code>omnirps.tracking&#95;webhook.enabled</code> | (unset) | <code>true</code> | N5.2.1, otherwise customers get no credits |

    **Create in OmniReturns:** Birch

    | setting | before | after | why |
    |---|---|---|---|
    | <code>omnireturns.retailer</code> | (unset) | <code>present</code> | N5, otherwise Loop cannot create return labels |
    | <code>omnireturns.name</code> | (unset) | <code>Birch</code> | N5, otherwise the account in OmniReturns can be taken for another one |
    | <code>omnireturns.company</code> | (unset) | <code>Loop</code> | N5, otherwise OmniReturns keeps the retailer among those that pay for access |
    | <code>omnireturns.portal</code> | (unset) | <code>unpublished</code> | N5, otherwise customers can return through two portals |
    | <code>omnireturns.omnirps&#95;retailer&#95;id</code> | (unset) | (the id of the new OmniRPS retailer) | N5, otherwise labels and hub processing are not tied to one retailer |

    **Blocked in OmniParcel:** OmniParcel could not be read: no response: connection refused (<code>system-unknown</code>)<br>What to do: check that it is up, then plan again

    </details>

    <details>
    <summary><b>Cedar</b> (<code>retailers/cedar.yaml</code>): 3 held</summary>

    **Held until the file states** <code>switched&#95;to&#95;loop</code>

    | setting | before | after | origin | why |
    |---|---|---|---|---|
    | <code>omnirps.tracking&#95;webhook.url</code> | (unset) | <code>https&#58;//api.loopreturns.com/hook/v1/seko/update</code> | pending | N5.2.1, otherwise customers get no credits |
    | <code>omnirps.tracking&#95;webhook.enabled</code> | <code>false</code> | <code>true</code> | pending | N5.2.1, otherwise customers get no credits |

    **Held until the file states** <code>switched&#95;to&#95;loop</code> and <code>omnireturns&#95;access</code>

    To decide (E5): <code>omnireturns&#95;access: required</code> or <code>omnireturns&#95;access: not&#95;required</code>. What is changed depends on it. (pending)

    </details>

    <details>
    <summary><b>Dune</b> (<code>retailers/dune.yaml</code>): 3 manual, 1 blocked</summary>

    **Manual steps:**

    - [ ] SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer&#95;view), change <code>omnireturns.company</code> of <code>"Dune"</code> (id 9) from SEKO to Loop<br>By hand because the account has e-mail addresses, hubs or an issued key, so it may be in use already<br><code>omnireturns.company</code>: <code>SEKO</code> → <code>Loop</code> (drift)<br>Why: N5, otherwise OmniReturns keeps the retailer among those that pay for access
    - [ ] SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer&#95;view) (where exactly is not publicly documented), change <code>omnireturns.portal</code> of <code>"Dune"</code> (id 9) from published to unpublished<br>By hand because the account has e-mail addresses, hubs or an issued key, so it may be in use already<br><code>omnireturns.portal</code>: <code>published</code> → <code>unpublished</code><br>Why: N5, otherwise customers can return through two portals
    - [ ] SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer&#95;view), remove <code>ops&#64;dune.example</code> from <code>omnireturns.emails</code> of <code>"Dune"</code> (id 9)<br><code>omnireturns.emails</code>: <code>ops&#64;dune.example</code> → <code>none</code><br>Why: N5.1.1, otherwise a user account exists that Loop's retailers do not need

    **Blocked in OmniParcel:** OmniParcel could not be read: no response: connection refused (<code>system-unknown</code>)<br>What to do: check that it is up, then plan again

    </details>

    <details>
    <summary><b>Elm</b> (<code>retailers/elm.yaml</code>): 1 held, 1 blocked</summary>

    **Held until the file states** <code>switched&#95;to&#95;loop</code> and <code>omnireturns&#95;access</code>

    To decide (E5): <code>omnireturns&#95;access: required</code> or <code>omnireturns&#95;access: not&#95;required</code>. What is changed depends on it.

    **Blocked in OmniRPS:** no OmniRPS record is called <code>"Elm"</code>, but <code>"ELM"</code> (id 81) looks like it: character 2 is <code>L</code> instead of <code>l</code> (<code>name-near-miss</code>)<br>What to do: if that is the retailer, correct <code>retailer</code> in retailers/elm.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there

    </details>

    Fingerprint: <code>6799001a67d0426ada2636254522ab279343fdcf981a40fc776672f4f077cfd7</code>
    "#);
}

#[test]
fn names_that_differ_in_white_space_are_distinguishable() {
    let fleet = "retailer: Acme & Co\njourney: existing\n";
    let shown = comment(&testing::plan(fleet, "omnirps: [{id: 77, name: 'Acme  & Co '}]"));
    for name in ["called <code>\"Acme &amp; Co\"</code>", "but <code>\"Acme  &amp; Co \"</code>"] {
        assert!(shown.contains(name), "{shown}");
    }
    let mut plan = every_kind();
    plan.retailers[0].retailer = "Acme  Co".into();
    plan.retailers[1].retailer = "Birch ".into();
    let shown = comment(&plan);
    assert!(shown.contains("<b><code>Acme  Co</code></b>"), "{shown}");
    assert!(shown.contains("<b><code>Birch </code></b>"), "{shown}");
    assert!(shown.contains("<b>Cedar</b>"), "{shown}");
}

#[test]
fn nothing_to_do() {
    let plan = testing::plan("", "{}");
    assert_snapshot!(comment(&plan), @"
    ### Plan for test: 0 to create, 0 to update, 0 manual, 0 held, 0 blocked, 0 unchanged

    Fingerprint: <code>11715eb17421f213dcbc98018a5a1fac52e01cded2be3a47ee9e826f667c6eb3</code>
    ");
}

const HOSTILE: &str = "a|b `c` <img src=x> @octocat #12 owner/repo#3 GH-4 **bold** \n</details> [x](https://e.example)";

/// Returns the plan with a text in each place that a text can come from.
fn with_text(text: &str) -> Plan {
    let mut plan = every_kind();
    plan.environment = text.into();
    for retailer in &mut plan.retailers {
        retailer.retailer = text.into();
        retailer.file = text.into();
        for action in &mut retailer.actions {
            action.name = text.into();
            action.target_id = (action.kind == Kind::Update).then(|| text.into());
            for change in &mut action.changes {
                change.step = text.into();
                change.before = Value::text(text.to_owned());
                change.after = Value::List(vec![text.into(), text.into()]);
                change.override_reason = Some(text.into());
            }
        }
        for held in &mut retailer.held {
            held.before = Value::text(text.to_owned());
            held.after = Value::text(text.to_owned());
            held.step = text.into();
            held.override_reason = Some(text.into());
        }
        for manual in &mut retailer.manual {
            manual.before = Value::text(text.to_owned());
            manual.step = text.into();
            manual.instruction = text.into();
        }
        for problem in &mut retailer.blocked {
            problem.message = text.into();
            problem.hint = text.into();
        }
    }
    plan
}

#[test]
fn hostile_texts_are_shown_literally() {
    let mut plan = with_text(HOSTILE);
    plan.retailers.truncate(1);
    plan.retailers[0].actions.truncate(1);
    plan.retailers[0].actions[0].changes.truncate(1);
    assert_snapshot!(comment(&plan), @"
    ### Plan for a&#124;b <code>c</code> &lt;img src=x&gt; <code>&#64;octocat</code> <code>&#35;12</code> <code>owner/repo&#35;3</code> <code>GH-4</code> &#42;&#42;bold&#42;&#42; &#92;u&#123;a&#125;&lt;/details&gt; <code>&#91;x&#93;(https&#58;//e.example)</code>: 2 to create, 2 to update, 3 manual, 4 held, 3 blocked, 0 unchanged

    > **Acme has switched over and has a tracking webhook that points elsewhere, so its customers get no credits.** (<code>no-credits</code>)<br>What to do: find out who changed it, then run <code>reconcile apply</code> to set it again, with --only for a single retailer.

    > **OmniParcel could not be read.** Nothing is planned for it or for what depends on it. Plan again once it responds.

    *pending*: caused by the changed files. *drift*: live already differs from what the files declared before.

    <details>
    <summary><b>a&#124;b <code>c</code> &lt;img src=x&gt; <code>&#64;octocat</code> <code>&#35;12</code> <code>owner/repo&#35;3</code> <code>GH-4</code> &#42;&#42;bold&#42;&#42; &#92;u&#123;a&#125;&lt;/details&gt; <code>&#91;x&#93;(https&#58;//e.example)</code></b> (<code>a&#124;b &#96;c&#96; &lt;img src=x&gt; &#64;octocat &#35;12 owner/repo&#35;3 GH-4 &#42;&#42;bold&#42;&#42; &#92;u&#123;a&#125;&lt;/details&gt; &#91;x&#93;(https&#58;//e.example)</code>): 1 to update</summary>

    **Update in OmniRPS:** a&#124;b <code>c</code> &lt;img src=x&gt; <code>&#64;octocat</code> <code>&#35;12</code> <code>owner/repo&#35;3</code> <code>GH-4</code> &#42;&#42;bold&#42;&#42; &#92;u&#123;a&#125;&lt;/details&gt; <code>&#91;x&#93;(https&#58;//e.example)</code> (id <code>a&#124;b &#96;c&#96; &lt;img src=x&gt; &#64;octocat &#35;12 owner/repo&#35;3 GH-4 &#42;&#42;bold&#42;&#42; &#92;u&#123;a&#125;&lt;/details&gt; &#91;x&#93;(https&#58;//e.example)</code>)

    | setting | before | after | origin | why |
    |---|---|---|---|---|
    | <code>omnirps.tracking&#95;webhook.url</code> | <code>a&#124;b &#96;c&#96; &lt;img src=x&gt; &#64;octocat &#35;12 owner/repo&#35;3 GH-4 &#42;&#42;bold&#42;&#42; &#92;u&#123;a&#125;&lt;/details&gt; &#91;x&#93;(https&#58;//e.example)</code> | <code>a&#124;b &#96;c&#96; &lt;img src=x&gt; &#64;octocat &#35;12 owner/repo&#35;3 GH-4 &#42;&#42;bold&#42;&#42; &#92;u&#123;a&#125;&lt;/details&gt; &#91;x&#93;(https&#58;//e.example), a&#124;b &#96;c&#96; &lt;img src=x&gt; &#64;octocat &#35;12 owner/repo&#35;3 GH-4 &#42;&#42;bold&#42;&#42; &#92;u&#123;a&#125;&lt;/details&gt; &#91;x&#93;(https&#58;//e.example)</code> | drift | a&#124;b <code>c</code> &lt;img src=x&gt; <code>&#64;octocat</code> <code>&#35;12</code> <code>owner/repo&#35;3</code> <code>GH-4</code> &#42;&#42;bold&#42;&#42; &#92;u&#123;a&#125;&lt;/details&gt; <code>&#91;x&#93;(https&#58;//e.example)</code>, overridden: a&#124;b <code>c</code> &lt;img src=x&gt; <code>&#64;octocat</code> <code>&#35;12</code> <code>owner/repo&#35;3</code> <code>GH-4</code> &#42;&#42;bold&#42;&#42; &#92;u&#123;a&#125;&lt;/details&gt; <code>&#91;x&#93;(https&#58;//e.example)</code> |

    </details>

    Fingerprint: <code>6799001a67d0426ada2636254522ab279343fdcf981a40fc776672f4f077cfd7</code>
    ");
}

/// Returns the comment without the renderer's own tags.
fn without_own_tags(comment: &str) -> String {
    ["code", "b", "summary", "details", "br"].iter().fold(comment.to_owned(), |text, tag| {
        text.replace(&format!("<{tag}>"), "").replace(&format!("</{tag}>"), "")
    })
}

fn count(comment: &str, what: &str) -> usize {
    comment.matches(what).count()
}

/// Asserts what must hold for every text.
fn check(comment: &str, retailers: usize) {
    let plain = comment.replace("<code>", "").replace("</code>", "");
    assert!(!without_own_tags(comment).contains('<'), "{comment}");
    assert_eq!(count(comment, "</details>"), retailers);
    assert_eq!(count(comment, "<code>"), count(comment, "</code>"));
    assert!(!plain.contains('@'), "somebody is pinged: {comment}");
    for line in comment.lines() {
        let bars = if line.starts_with('|') { [5, 6].as_slice() } else { &[0] };
        assert!(bars.contains(&count(line, "|")), "cells: {line}");
        assert!(!line.contains("](") && !line.contains('`') || line.contains("reconcile plan"));
    }
    // What GitHub processes after it resolves entities is in code, which it skips.
    let text: String = comment
        .split("<code>")
        .enumerate()
        .map(|(index, part)| match index {
            0 => part,
            _ => part.split("</code>").nth(1).unwrap_or_default(),
        })
        .collect();
    for entity in ["&#64;", "&#35;", "://", "www"] {
        assert!(!text.contains(entity), "{entity} outside code: {comment}");
    }
}

#[test]
fn a_hostile_text_anywhere_is_only_text() {
    check(&comment(&with_text(HOSTILE)), 5);
    check(&comment(&every_kind()), 5);
}

/// Fragments of Markdown, HTML, and words that GitHub interprets.
const PIECES: &[&str] = &[
    "@octocat",
    "@",
    "#1",
    "o/r#2",
    "gh-3",
    "GH-4",
    "|",
    "||",
    "`",
    "``",
    "<b>",
    "</code>",
    "<!--",
    "-->",
    "</details>",
    "&lt;",
    "&#64;x",
    "&",
    "\n",
    "\r",
    "\n\n",
    "\t",
    " ",
    "  ",
    "\\",
    "\\|",
    "[a](b)",
    "![a](b)",
    "![",
    "](",
    "[^1]",
    "*",
    "**",
    "_a_",
    "~~",
    "$x$",
    ":tada:",
    "https://e",
    "www.e.example",
    "http:",
    "//e",
    "- [ ] x",
    "# x",
    "---",
    "> x",
    "1. x",
    "é",
    "\u{202e}",
    "\u{200b}",
    "\u{2028}",
    "deadbeef",
    "a",
    "Acme & Co",
    "mailto:a@b.example",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_is_syntax(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..6)) {
        check(&comment(&with_text(&pieces.concat())), 5);
    }

    #[test]
    fn no_text_at_all_is_syntax(text in "\\PC{0,40}") {
        check(&comment(&with_text(&text)), 5);
    }
}

/// Returns a plan with many retailers, each with a table.
fn many(retailers: usize) -> Plan {
    let mut plan = every_kind();
    let one = plan.retailers[0].clone();
    plan.retailers = (0..retailers)
        .map(|number| {
            let mut retailer = one.clone();
            retailer.retailer = format!("Retailer {number:04}");
            retailer
        })
        .collect();
    plan
}

#[test]
fn the_comment_fits_for_any_number_of_retailers() {
    let shown = comment(&many(5_000));
    assert!(shown.len() <= LIMIT, "{} bytes", shown.len());
    assert!(shown.len() > LIMIT / 2, "as many as fit are shown: {} bytes", shown.len());
    let folds = count(&shown, "<details>");
    assert!(shown.contains(&format!("**{} of 5000 retailers are left out**", 5_000 - folds)));
    assert!(shown.contains("Retailer 0000") && shown.ends_with("</code>\n"), "{shown}");
    assert!(!comment(&many(3)).contains("left out"), "what fits is all shown");
}

/// Returns a plan with many retailers, each with a change that is held.
fn waiting(retailers: usize) -> Plan {
    let all = every_kind().retailers;
    let held = all.into_iter().find_map(|of| of.held.into_iter().next()).unwrap();
    let mut plan = many(retailers);
    for retailer in &mut plan.retailers {
        let name = std::mem::take(&mut retailer.retailer);
        *retailer = RetailerPlan { retailer: name, held: vec![held.clone()], ..Default::default() };
    }
    plan
}

#[test]
fn what_can_be_done_or_is_blocked_comes_before_what_waits_if_not_all_fits() {
    let mut plan = waiting(2_000);
    let elm = every_kind().retailers.remove(4);
    let unread = every_kind().retailers.remove(3).blocked;
    for retailer in &mut plan.retailers[..100] {
        retailer.blocked.clone_from(&unread);
    }
    let blocked = (0..5).map(|number| RetailerPlan {
        retailer: format!("Zulu {number}"),
        held: Vec::new(),
        ..elm.clone()
    });
    plan.retailers.extend(blocked);
    let commonmark = written(|out| crate::render::commonmark::plan(&plan, None, out));
    for shown in [comment(&plan), commonmark] {
        assert_eq!(count(&shown, "name-near-miss"), 5);
        let at = |name| shown.find(name).unwrap();
        assert!(at("Zulu 0") < at("Zulu 4") && at("Zulu 4") < at("Retailer 0000"));
    }
    plan.retailers.drain(3..2_000);
    let shown = comment(&plan);
    assert!(shown.find("Retailer 0000") < shown.find("Zulu 0"), "all fit, so they are by name");
}

/// Returns a plan with many retailers, each with an alert.
fn alarmed(count: usize) -> Plan {
    let mut plan = many(count);
    for retailer in &mut plan.retailers {
        let message = format!("{} is live and gets no credits", retailer.retailer);
        let (code, hint) = (AlertCode::NoCredits, "find out why".to_owned());
        retailer.alerts = vec![Alert { code, message, hint }];
    }
    plan
}

#[test]
fn the_comment_fits_for_any_number_of_alerts() {
    let shown = comment(&alarmed(5_000));
    assert!(shown.len() <= LIMIT, "{} bytes", shown.len());
    let told = count(&shown, "gets no credits");
    assert!(told > 100, "{told} alerts");
    assert!(shown.contains(&format!("**and {} more**", 5_000 - told)), "{shown}");
    assert_eq!(count(&shown, "find out why"), 1);
    assert!(count(&shown, "<details>") > 10, "alerts leave room for the rest");
    let few = comment(&alarmed(2));
    let notice = few.lines().find(|line| line.starts_with("> ")).unwrap();
    assert_snapshot!(notice, @"> **Retailer 0000 is live and gets no credits.** (<code>no-credits</code>)<br>**Retailer 0001 is live and gets no credits.** (<code>no-credits</code>)<br>What to do: find out why.");
}

#[test]
fn drift_fits_however_many_webhooks_are_off() {
    let mut plan = alarmed(5_000);
    for change in plan.retailers.iter_mut().flat_map(|retailer| &mut retailer.actions) {
        change.changes.iter_mut().for_each(|change| change.origin = Some(Origin::Drift));
    }
    let webhooks_off: Vec<String> =
        plan.retailers.iter().map(|retailer| retailer.retailer.clone()).collect();
    let drift = |webhooks_off| Drift { webhooks_off, ..Drift::default() };
    let all = Drift {
        removed: (0..5_000).map(|number| format!("retailers/{number}.yaml")).collect(),
        ..drift(webhooks_off.clone())
    };
    let shown = written(|out| crate::render::drift::markdown(&plan, &all, out));
    assert!(shown.len() <= LIMIT, "{} bytes", shown.len());
    assert!(count(&shown, "<details>") > 10, "there is room for the rest");
    assert!(shown.contains("The whole drift is what `reconcile drift` prints."), "{shown}");
    let text =
        written(|out| crate::render::drift::text(&waiting(5_000), &drift(vec![]), None, out));
    let line = text.lines().find(|line| line.contains("Waiting for people")).unwrap();
    assert!(line.ends_with(", Retailer 0009 (1 held) and 4990 more"), "{line}");
    assert_eq!(shown.lines().filter(|line| line.ends_with(" more")).count(), 2);
    let shown = written(|out| crate::render::commonmark::drift(&plan, &all, out));
    assert!(shown.chars().count() <= 32_000, "{} characters", shown.chars().count());
    assert!(shown.contains("retailers/49.yaml and 4950 more\n"), "{shown}");
    let message = crate::render::drift::message("production", &all, &[]);
    assert!(message.contains("Retailer 0009 and 4990 more\n"), "{message}");
    let harmed = Drift { alerts: webhooks_off.clone(), ..Drift::default() };
    let message = crate::render::drift::message("production", &harmed, &[System::Omniparcel]);
    assert!(message.starts_with("!! Retailer 0000\n"), "{message}");
    assert!(message.contains("!! Retailer 0009\nand 4990 more\nCould not be"), "{message}");
    let unread = Drift { entries: webhooks_off[..20].to_vec(), unknown: 17, ..Drift::default() };
    let message = crate::render::drift::message("production", &unread, &[System::Omniparcel]);
    assert!(message.ends_with("\n- Retailer 0000\n- Retailer 0001\n- Retailer 0002"), "{message}");
    let few = drift(webhooks_off[..2].to_vec());
    let message = crate::render::drift::message("production", &few, &[]);
    assert!(message.contains(": Retailer 0000, Retailer 0001\n"), "{message}");
    let shown = written(|out| crate::render::drift::markdown(&plan, &few, out));
    let names = shown.lines().find(|line| line.starts_with("**Tracking")).unwrap();
    assert_snapshot!(names, @"**Tracking webhook off, so customers get no credits:** <code>Retailer 0000</code>, <code>Retailer 0001</code>");
}

#[test]
fn one_giant_text_does_not_break_the_comment() {
    for giant in ["x".repeat(100_000), "|".repeat(100_000), "@a ".repeat(30_000)] {
        let mut plan = with_text(&giant);
        plan.fingerprint.clone_from(&giant);
        let shown = comment(&plan);
        assert!(shown.len() <= LIMIT, "{} bytes", shown.len());
        assert!(shown.contains("more characters"));
    }
}

#[test]
fn a_retailer_that_is_larger_than_a_comment_is_left_out_and_others_are_not() {
    let mut plan = every_kind();
    let step = plan.retailers[3].manual[0].clone();
    plan.retailers[3].manual = vec![step; 1_000];
    let shown = comment(&plan);
    assert!(shown.contains("**1 of 5 retailers are left out**"), "{shown}");
    assert!(!shown.contains("<b>Dune</b>") && shown.contains("<b>Elm</b>"), "{shown}");
}

#[test]
fn an_unknown_setting_is_shown() {
    let mut plan = every_kind();
    let held = &mut plan.retailers[2].held[0];
    assert!(Setting::from_key(&held.setting).is_some());
    held.setting = "omnireturns.<b>".into();
    check(&comment(&plan), 5);
}
