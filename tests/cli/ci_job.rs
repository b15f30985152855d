//! Who ran an apply in which CI job, and from which commit, as `history` shows it later.

use crate::support::Project;
use serde_json::Value;

/// What a CI system sets, and what `history` shows of it.
struct Ci {
    variables: &'static [(&'static str, &'static str)],
    who: &'static str,
    job: &'static str,
    commit: &'static str,
    /// What the job applies.
    retailer: &'static str,
}

const SYSTEMS: [Ci; 5] = [
    // https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    Ci {
        variables: &[
            ("CI", "true"),
            ("GITHUB_ACTOR", "dana-on-github"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "acme/retailers"),
            ("GITHUB_RUN_ID", "42"),
            ("GITHUB_SHA", "1111111111111111111111111111111111111111"),
        ],
        who: "dana-on-github",
        job: "https://github.com/acme/retailers/actions/runs/42",
        commit: "1111111111111111111111111111111111111111",
        retailer: "cobalt-cycles",
    },
    // https://docs.gitlab.com/ci/variables/predefined_variables/
    Ci {
        variables: &[
            ("CI", "true"),
            ("GITLAB_USER_LOGIN", "dana-on-gitlab"),
            ("CI_JOB_URL", "https://gitlab.example/acme/retailers/-/jobs/7"),
            ("CI_COMMIT_SHA", "2222222222222222222222222222222222222222"),
        ],
        who: "dana-on-gitlab",
        job: "https://gitlab.example/acme/retailers/-/jobs/7",
        commit: "2222222222222222222222222222222222222222",
        retailer: "harbor-kids",
    },
    // https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
    Ci {
        variables: &[
            ("CI", "true"),
            ("BITBUCKET_STEP_TRIGGERER_UUID", "{8c1e33a1-0c5b-4a53-9d0d-2b6f8f1f7a11}"),
            ("BITBUCKET_GIT_HTTP_ORIGIN", "https://bitbucket.org/acme/retailers"),
            ("BITBUCKET_BUILD_NUMBER", "3"),
            ("BITBUCKET_COMMIT", "3333333333333333333333333333333333333333"),
        ],
        who: "{8c1e33a1-0c5b-4a53-9d0d-2b6f8f1f7a11}",
        job: "https://bitbucket.org/acme/retailers/addon/pipelines/home#!/results/3",
        commit: "3333333333333333333333333333333333333333",
        retailer: "indigo-denim",
    },
    // https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables
    Ci {
        variables: &[
            ("TF_BUILD", "True"),
            ("BUILD_REQUESTEDFOR", "Dana Reyes"),
            ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/acme/"),
            ("SYSTEM_TEAMPROJECT", "retailers"),
            ("BUILD_BUILDID", "9"),
            ("BUILD_SOURCEVERSION", "4444444444444444444444444444444444444444"),
        ],
        who: "Dana Reyes",
        job: "https://dev.azure.com/acme/retailers/_build/results?buildId=9",
        commit: "4444444444444444444444444444444444444444",
        retailer: "granite-gear",
    },
    // https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables, and
    // https://plugins.jenkins.io/build-user-vars-plugin/
    Ci {
        variables: &[
            ("BUILD_USER_ID", "dana-on-jenkins"),
            ("BUILD_URL", "https://ci.example/job/retailers/5/"),
            ("GIT_COMMIT", "5555555555555555555555555555555555555555"),
        ],
        who: "dana-on-jenkins",
        job: "https://ci.example/job/retailers/5/",
        commit: "5555555555555555555555555555555555555555",
        retailer: "fjord-knitwear",
    },
];

fn json(project: &Project, arguments: &[&str]) -> Value {
    let run = project.run(&[arguments, &["--format", "json"]].concat());
    assert_eq!(run.code, 0, "{run}");
    serde_json::from_str(&run.stdout).unwrap()
}

/// Asserts what the newest run shows, alone and among all.
fn assert_newest(project: &Project, who: &str, job: &str, commit: &str) {
    let list = project.run(&["history"]);
    let row = list.stdout.lines().nth(1).unwrap();
    for part in [who, job, &commit[..8]] {
        assert!(row.contains(part), "{part}: {list}");
    }
    let one = project.run(&["history", "latest"]);
    for line in [("by", who), ("on", job), ("commit", commit)] {
        let line = format!("  {:<8} {}", line.0, line.1);
        assert!(one.stdout.lines().any(|of| of == line), "{line:?}: {one}");
    }
    let list = &json(project, &["history"])["runs"][0];
    let one = &json(project, &["history", "latest"])["run"]["started"];
    for run in [list, one] {
        assert_eq!((&run["who"], &run["job"]), (&who.into(), &job.into()), "{run}");
        assert_eq!(run["commit"]["id"], commit, "{run}");
        assert!(run["host"].is_string(), "{run}");
    }
}

#[test]
fn history_shows_the_job_that_ran_an_apply_in_each_ci_system() {
    let project = Project::example();
    for Ci { variables, who, job, commit, retailer } in &SYSTEMS {
        // No Git is needed: the commit is the job's.
        let run = project.run_with(&["apply", "--yes", "--only", retailer], variables);
        assert_eq!(run.code, 0, "{run}");
        assert_newest(&project, who, job, commit);
    }
    assert_eq!(project.run(&["history"]).stdout.lines().count(), 1 + SYSTEMS.len());
}

#[test]
fn the_commit_of_git_and_the_actor_of_the_job_count_first() {
    let project = Project::example();
    project.git(&["init", "--quiet"]);
    project.git(&["config", "user.name", "Deploy Bot"]);
    project.commit("The fleet");
    let head = std::fs::read_to_string(project.path(".git/HEAD")).unwrap();
    let branch = head.trim().trim_start_matches("ref: ");
    let head = std::fs::read_to_string(project.path(&format!(".git/{branch}"))).unwrap();
    let apply = ["apply", "--yes", "--only", "cobalt-cycles"];
    let Ci { variables, who, job, .. } = &SYSTEMS[0];
    assert_eq!(project.run_with(&apply, variables).code, 0);
    assert_newest(&project, who, job, head.trim());
}

#[test]
fn an_apply_in_no_job_shows_its_host_and_whoever_ran_it() {
    let project = Project::example();
    let apply = ["apply", "--yes", "--only", "cobalt-cycles"];
    // What is no commit is none.
    let variables = [("USER", "dana"), ("GIT_COMMIT", "$(git rev-parse HEAD)")];
    assert_eq!(project.run_with(&apply, &variables).code, 0);
    let run = &json(&project, &["history"])["runs"][0];
    assert_eq!(
        (&run["who"], &run["job"], &run["commit"]),
        (&"dana".into(), &Value::Null, &Value::Null)
    );
    let list = project.run(&["history"]).stdout;
    let row = list.lines().nth(1).unwrap();
    assert!(row.ends_with(run["host"].as_str().unwrap()) && row.contains("  -  "), "{list}");
}
