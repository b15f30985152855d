//! No output contains a key, whatever a server returns.

use crate::support::{Project, Run, files_below};
use insta::assert_snapshot;
use reconcile::System;
use serde_json::json;
use std::io::{Read, Write};

/// HTML, JSON and URLs escape only its ampersand.
const KEY: &str = "s3cret-value&more";

fn production() -> Project {
    Project::example().file(
        "reconcile.yaml",
        "
default_environment: production
environments:
  production:
    omniparcel: {url: http://127.0.0.1:9, key: {env: KEY}}
    omnireturns: {url: http://127.0.0.1:9, key: {env: KEY}}
    omnirps: {url: http://127.0.0.1:9, key: {file: rps.key}}
    limits: {retries: 0}
",
    )
}

#[test]
fn a_key_that_is_missing_is_named_and_nothing_is_read() {
    let project = production();
    let run = project.run(&["plan"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: the key of OmniParcel is in the environment variable `KEY`, which is not set; the key of OmniRPS is in `./rps.key`, which cannot be read: No such file or directory (os error 2); the key of OmniReturns is in the environment variable `KEY`, which is not set
    hint: set `KEY`, or choose another environment with --environment; create the file, or correct its path in the project file
    ");
    let run = project.run_with(&["plan"], &[("KEY", KEY)]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: the key of OmniRPS is in `./rps.key`, which cannot be read: No such file or directory (os error 2)
    hint: create the file, or correct its path in the project file
    ");
    let project = project.file("rps.key", "line\nbreak\n");
    assert_snapshot!(project.run_with(&["plan"], &[("KEY", KEY)]).stderr, @"
    error: the key of OmniRPS is empty, or has characters that no header can carry
    hint: check the key at the location that the project file names
    ");
}

#[test]
fn a_literal_key_is_refused_and_not_shown() {
    let project = Project::example().file(
        "reconcile.yaml",
        &format!(
            "environments:\n  production:\n    omnirps: {{url: http://example.com, key: \"{KEY}\"}}\n"
        ),
    );
    let run = project.run(&["validate"]);
    assert_eq!(run.code, 3);
    assert!(!run.to_string().contains("s3cret"), "{run}");
    assert_snapshot!(run.stderr, @"
    error[url-not-https]: `environments.production.omnirps.url` is not https, and its key would be sent unencrypted
     --> reconcile.yaml:3:20
      |
    3 |     omnirps: {url: http://example.com, key: *******************}
      |                    ^^^^^^^^^^^^^^^^^^
      |
      = hint: write `https://`; plain http is for hosts on this machine

    error[literal-key]: `environments.production.omnirps.key` is a key in plain text, which a file in Git must not contain
     --> reconcile.yaml:3:45
      |
    3 |     omnirps: {url: http://example.com, key: *******************}
      |                                             ^^^^^^^^^^^^^^^^^^^
      |
      = hint: write `key: {env: NAME}` or `key: {file: PATH}`, and have a new key issued
    ");
}

#[test]
fn a_literal_secret_header_is_refused_and_not_shown() {
    let project = |omnirps: &str| {
        let route = "url: \"https://rps.example\", key: {env: KEY}";
        let text = format!("environments: {{sandbox: {{omnirps: {{{route}, {omnirps}}}}}}}\n");
        Project::example().file("reconcile.yaml", &text)
    };
    for omnirps in ["headers: {X-A: s3cret-value}", "key_header: Bearer s3cret-value"] {
        let project = project(omnirps);
        let formats = ["json", "github", "sarif", "junit", "codequality"];
        let reports = formats.map(|format| format!("--report={format}={format}.out"));
        let validate = ["validate"].into_iter().chain(reports.iter().map(String::as_str));
        for arguments in [validate.collect(), vec!["plan"], vec!["doctor"]] {
            let run = project.run(&arguments);
            assert_eq!(run.code, 3, "{arguments:?}: {run}");
            assert!(!run.to_string().contains("s3cret"), "{arguments:?}: {run}");
        }
        for format in formats {
            let report = std::fs::read_to_string(project.path(&format!("{format}.out"))).unwrap();
            assert!(!report.contains("s3cret"), "{report}");
        }
    }
    assert_snapshot!(project("headers: {X-A: s3cret-value}").run(&["validate"]).stderr, @r#"
    error[literal-key]: `environments.sandbox.omnirps.headers.X-A` is a key in plain text, which a file in Git must not contain
     --> reconcile.yaml:1:96
      |
    1 | environments: {sandbox: {omnirps: {url: "https://rps.example", key: {env: KEY}, headers: {X-A: ************}}}}
      |                                                                                                ^^^^^^^^^^^^
      |
      = hint: write `X-A: {env: NAME}` or `X-A: {file: PATH}`, and have a new key issued
    "#);
}

#[test]
fn a_system_that_is_down_is_unknown() {
    let project = production().file("rps.key", &format!("{KEY}\n"));
    let only = ["--only", "granite-gear", "--only", "kestrel-audio"];
    let run = project.run_with(&[&["plan", "-vv"], &only[..]].concat(), &[("KEY", KEY)]);
    assert_eq!(run.code, 1);
    assert!(!run.to_string().contains("s3cret"), "{run}");
    assert_snapshot!(run.stdout, @"
    ! blocked in OmniRPS [system-unknown]: OmniRPS could not be read: no response: Connection refused (os error 111); it stops 2 retailers
        hint: check that the system is up and that its `url` in the project file is right, then plan again

    ! blocked in OmniReturns [system-unknown]: OmniReturns could not be read: no response: Connection refused (os error 111); it stops 2 retailers
        hint: check that the system is up and that its `url` in the project file is right, then plan again

    Kestrel Audio  retailers/kestrel-audio.yaml
      ! blocked in OmniParcel [system-unknown]: OmniParcel could not be read: no response: Connection refused (os error 111)
          hint: check that the system is up and that its `url` in the project file is right, then plan again

    Plan for production: 0 to create, 0 to update, 0 manual, 0 held, 5 blocked, 0 unchanged.
    ");
}

#[test]
fn the_secrets_of_a_live_webhook_are_neither_shown_nor_stored() {
    let project = Project::example();
    let only = ["--only", "harbor-kids"];
    let run = |arguments: &[&str]| {
        let run = project.run(&[arguments, &only[..]].concat());
        assert!(!run.to_string().contains("SECRET"), "{arguments:?}: {run}");
        run
    };
    run(&["plan"]);
    let url = "https://u:SECRETPW@old.example/hook?token=SECRETTOK";
    let webhook = json!({"RetailerId": 508, "TrackingWebhook": {"Url": url, "Enabled": true}});
    project.store().put(System::Omnirps, &webhook).unwrap();

    let shown = "https://***@old.example/hook?***";
    for format in ["text", "diff", "json", "markdown", "github"] {
        let plan = run(&["plan", "--format", format]);
        assert_eq!(plan.code, 0, "{plan}");
        // Annotations only cover lines of files that wait for people.
        let told = plan.stdout.contains("old.example/hook?");
        assert_eq!(told, format != "github", "{plan}");
        run(&["drift", "--format", format]);
    }
    assert!(run(&["plan"]).stdout.contains(&format!("{shown} → https://api.loop")));
    run(&["status"]);
    assert!(project.run(&["explain", "harbor-kids"]).stdout.contains(shown));
    run(&["plan", "--out", "plan.json"]);
    let saved = std::fs::read_to_string(project.path("plan.json")).unwrap();
    assert!(saved.contains(shown) && !saved.contains("SECRET"), "{saved}");

    let apply = project.run(&["apply", "plan.json", "--yes"]);
    assert_eq!(apply.code, 0, "nothing is stale: {apply}");
    assert!(!apply.to_string().contains("SECRET"), "{apply}");
    let journals = files_below(&project.path(".reconcile"));
    let journals = journals.iter().filter(|path| path.extension().is_some_and(|end| end != "db"));
    let kept: Vec<String> =
        journals.filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    assert!(kept.iter().any(|text| text.contains(shown)), "{kept:?}");
    assert!(kept.iter().all(|text| !text.contains("SECRET")), "{kept:?}");
    assert_eq!(run(&["plan", "--detailed-exitcode"]).code, 0);
    run(&["history"]);

    let rollback = run(&["rollback", "latest"]);
    assert!(rollback.to_string().contains("had a secret in it"), "{rollback}");
    assert!(!rollback.stdout.contains("omnirps.tracking_webhook.url:"), "{rollback}");
}

/// Sets another webhook address for the example's Harbor Kids, and runs a command for it.
fn with_webhook(url: &str, arguments: &[&str]) -> (Project, Run) {
    let project = Project::example();
    project.run(&["plan", "-q"]);
    let webhook = json!({"RetailerId": 508, "TrackingWebhook": {"Url": url, "Enabled": true}});
    project.store().put(System::Omnirps, &webhook).unwrap();
    let run = project.run(&[arguments, &["--only", "harbor-kids"]].concat());
    (project, run)
}

#[test]
fn a_live_webhook_shows_the_parts_that_cannot_be_a_secret() {
    for (url, shown) in [
        ("https://old.example:8443/hook/v2/kids", "https://old.example:8443/hook/v2/kids"),
        ("https://old.example/hook?code=SECRET", "https://old.example/hook?***"),
        ("https://old.example/hook?sas=SECRET", "https://old.example/hook?***"),
        ("https://old.example/hook?%74oken=SECRET", "https://old.example/hook?***"),
        ("https://old.example/hook#SECRET", "https://old.example/hook#***"),
        ("https://old.example/in/SECRET00SECRET00", "https://old.example/in/***"),
        ("//u:SECRET@old.example/hook", "//***@old.example/hook"),
    ] {
        let (project, plan) = with_webhook(url, &["plan", "--out", "plan.json"]);
        assert!(plan.stdout.contains(&format!("{shown} → https://api.loop")), "{url}: {plan}");
        let saved = std::fs::read_to_string(project.path("plan.json")).unwrap();
        assert!(!plan.to_string().contains("SECRET") && !saved.contains("SECRET"), "{plan}");
    }
}

#[test]
fn an_address_in_the_systems_own_spelling_is_the_same() {
    for url in [
        "https://API.loopreturns.com:443/hook/v1/seko/update",
        "HTTPS://api.loopreturns.com:/hook/v1/seko/u%70date",
    ] {
        let (_, plan) = with_webhook(url, &["plan"]);
        assert!(!plan.stdout.contains("tracking_webhook.url"), "{url}: {plan}");
    }
}

#[test]
fn an_address_that_only_browsers_take_for_the_same_is_another() {
    for url in [
        "https://api.loopreturns.com/hook/./v1/seko/update",
        "https:api.loopreturns.com/hook/v1/seko/update",
        "https://@api.loopreturns.com/hook/v1/seko/update",
        "https://api.loopreturns.com/hook/v1/seko/update ",
    ] {
        let (_, plan) = with_webhook(url, &["plan"]);
        assert!(plan.stdout.contains("tracking_webhook.url"), "{url}: {plan}");
    }
}

/// Returns the example with a live webhook address for Harbor Kids and another in its file.
fn asking(live: &str, asked: &str) -> Project {
    let (project, _) = with_webhook(live, &["plan", "-q"]);
    let file = project.path("retailers/harbor-kids.yaml");
    let before = std::fs::read_to_string(&file).unwrap();
    assert!(!before.contains("settings:"), "{before}");
    let setting =
        format!("omnirps.tracking_webhook.url: {{value: \"{asked}\", reason: own relay}}");
    std::fs::write(&file, format!("{before}settings:\n  {setting}\n")).unwrap();
    project
}

#[test]
fn addresses_that_differ_in_hidden_parts_alone_differ() {
    let asked = "https://relay.example/hook?shop=kids";
    for (live, change) in [
        (asked, None),
        ("https://Relay.example/hook?shop=kids", None),
        (
            "https://relay.example/hook?shop=SECRET",
            Some("https://relay.example/hook?*** (differs in hidden parts) → "),
        ),
    ] {
        let project = asking(live, asked);
        let only = ["--only", "harbor-kids"];
        let plan = project.run(&[&["plan"], &only[..]].concat());
        match change {
            None => assert!(!plan.stdout.contains("tracking_webhook.url"), "{live}: {plan}"),
            Some(change) => assert!(plan.stdout.contains(&format!("{change}{asked}")), "{plan}"),
        }
        assert!(!plan.to_string().contains("SECRET"), "{plan}");
        let apply = project.run(&[&["apply", "--yes"], &only[..]].concat());
        assert_eq!(apply.code, 0, "{apply}");
        let again = project.run(&[&["plan", "--detailed-exitcode"], &only[..]].concat());
        assert_eq!(again.code, 0, "{live}: {again}");
    }
}

#[test]
fn addresses_that_differ_in_hidden_parts_alone_are_said_to() {
    let asked = "https://h.example/a1b2c3d4e5f6a7/x";
    let said = "https://h.example/***/x";
    for (live, shown, differs_visibly) in [
        ("https://h.example/b1b2c3d4e5f6a7/x", said, false),
        ("https://H.example:443/b1b2c3d4e5f6a7/x", "https://H.example:443/***/x", false),
        ("https://h.example/b1b2c3d4e5f6a7/y", "https://h.example/***/y", true),
    ] {
        let project = asking(live, asked);
        for command in [
            "plan",
            "plan --format diff",
            "plan --format markdown",
            "plan --format commonmark",
            "plan --format junit",
            "drift",
            "drift --format github",
            "status --format json --only",
            "explain",
        ] {
            let mut arguments: Vec<&str> = command.split(' ').collect();
            arguments.push("harbor-kids");
            let run = project.run(&arguments);
            let is_said = run.stdout.contains("(differs in hidden parts)");
            assert_eq!(is_said, !differs_visibly, "{live}, {command}: {run}");
            assert!(!run.to_string().contains("b1b2"), "{live}, {command}: {run}");
        }
        let json = project.run(&["plan", "--format", "json", "harbor-kids"]);
        assert!(json.stdout.contains(&format!("\"before\": \"{shown}\"")), "{json}");
    }
}

#[test]
fn a_key_that_is_too_short_to_be_one_is_refused() {
    let project = production().file("rps.key", "k\n");
    let run = project.run_with(&["plan"], &[("KEY", KEY)]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: the key of OmniRPS has fewer than 4 characters, so it is not secret
    hint: check the key at the location that the project file names
    ");
}

#[test]
fn keys_for_this_machine_go_through_no_proxy() {
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let text = "
default_environment: production
environments:
  production:
    omniparcel: {url: http://127.0.0.1:9, key: {env: KEY}}
    omnireturns: {url: http://localhost:9, key: {env: KEY}}
    omnirps: {url: \"https://rps.invalid\", key: {env: KEY}}
    limits: {retries: 0, timeout_seconds: 5}
";
    let project = Project::example().file("reconcile.yaml", text);
    let run = project.run_with(
        &["plan", "--only", "kestrel-audio"],
        &[
            ("KEY", KEY),
            ("HTTP_PROXY", &address),
            ("http_proxy", &address),
            ("NO_PROXY", "rps.invalid"),
        ],
    );
    assert_eq!(run.code, 1, "{run}");
    let refused = run.stderr.matches("Connection refused").count();
    assert_eq!(refused, 2, "both were asked directly: {run}");
    assert!(proxy.accept().is_err(), "nothing came to the proxy");
}

#[test]
fn a_file_asks_for_no_webhook_with_a_secret_in_it() {
    let asks = |url: &str| {
        let file = format!(
            "retailer: Zenith\njourney: new\nsettings:\n  omnirps.tracking_webhook.url: \
             {{value: \"{url}\", reason: own relay}}\n"
        );
        Project::example().file("retailers/zenith.yaml", &file).run(&["validate"])
    };
    let refused = asks("https://relay.example/hook?token=SECRETTOK");
    assert_eq!(refused.code, 3, "{refused}");
    assert!(!refused.to_string().contains("SECRET"), "{refused}");
    assert_snapshot!(refused.stderr, @r#"
    error[literal-key]: `settings.omnirps.tracking_webhook.url.value` holds a key or token, or the asterisks that mask one
     --> retailers/zenith.yaml:4:41
      |
    4 |   omnirps.tracking_webhook.url: {value: "https://relay.example/hook?***************", reason: own relay}
      |                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: remove it; if the address needs one, set it by hand and write `manage: false`
    "#);
    assert_eq!(asks("https://***@old.example/hook").code, 3, "copied from a plan");
    assert_eq!(asks("https://relay.example/hook?shop=zenith").code, 0);
}

/// A project whose run records are in a bucket.
fn in_bucket(more: &str) -> Project {
    let state = format!("state: {{s3: {{bucket: records, region: us-east-1{more}}}}}\n");
    Project::example().file("reconcile.yaml", &state)
}

/// The credentials of a bucket, the last one a session's.
const CREDENTIALS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "ASIAEXAMPLEKEYID"),
    ("AWS_SECRET_ACCESS_KEY", "example/secret+access+key"),
    ("AWS_SESSION_TOKEN", "FwoGZXIvYXdzEXAMPLE//session=="),
];

#[test]
fn credentials_that_a_bucket_repeats_are_not_shown() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let project = in_bucket(&format!(", endpoint: \"http://{}\"", server.local_addr().unwrap()));
    let [(_, id), (_, secret), (_, token)] = CREDENTIALS;
    let body = format!(
        "<?xml version=\"1.0\"?>\n<Error><Code>ExpiredToken</Code><Message>The token {token} has \
         expired.</Message><Token-0>{token}</Token-0><Key>{id}</Key><Secret>{secret}</Secret></Error>"
    );
    std::thread::spawn(move || {
        for mut client in server.incoming().flatten() {
            let _ = client.read(&mut [0; 65536]);
            let length = body.len();
            let head =
                "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/xml";
            let _ = write!(client, "{head}\r\nContent-Length: {length}\r\n\r\n{body}");
        }
    });
    let place = project.path("reconcile.yaml");
    let address = std::fs::read_to_string(place).unwrap();
    let port = address.rsplit_once(':').unwrap().1.trim_matches(|c: char| !c.is_ascii_digit());
    let run = project.run_with(&["history"], &CREDENTIALS);
    for (name, value) in CREDENTIALS {
        assert!(!run.to_string().contains(value), "{name}: {run}");
    }
    assert_snapshot!(run.stderr.replace(port, "PORT"), @"
    error: the run records in the bucket `records` on 127.0.0.1:PORT cannot be read: Server returned non-2xx status code: 400 Bad Request: ExpiredToken: The token [redacted] has expired.
    hint: check the credentials, which need s3:GetObject, s3:PutObject and s3:ListBucket, and this machine's clock, which requests are signed with
    ");
}

#[test]
fn a_bucket_without_an_address_in_the_project_is_reached_through_the_proxy() {
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let mut client = crate::production::accept(&proxy);
        let mut head = [0; 1024];
        let length = client.read(&mut head).unwrap();
        String::from_utf8_lossy(&head[..length]).lines().next().map(str::to_owned)
    });
    let variables = [&CREDENTIALS[..], &[("HTTPS_PROXY", &address)]].concat();
    let run = in_bucket("").run_with(&["history"], &variables);
    assert_eq!(run.code, 1, "{run}");
    let asked = asked.join().unwrap().unwrap();
    assert_eq!(asked, "CONNECT s3.us-east-1.amazonaws.com:443 HTTP/1.1", "{run}");
}
