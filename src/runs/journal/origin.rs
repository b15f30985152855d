//! Determines who runs an apply, where, and from which commit. People read this later; a run
//! does not depend on it.

use super::event::Commit;
use crate::git;
use std::path::Path;
use std::process::Stdio;

/// The variables in which CI systems name who started a job: GitHub, GitLab, Azure, Jenkins,
/// Bitbucket. The last contains the id of an account instead of a name
/// (<https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/>, seen
/// 2026-11-27).
const ACTORS: [&str; 5] = [
    "GITHUB_ACTOR",
    "GITLAB_USER_LOGIN",
    "BUILD_REQUESTEDFOR",
    "BUILD_USER_ID",
    "BITBUCKET_STEP_TRIGGERER_UUID",
];

/// The variables in which CI systems name the commit of a job: GitHub, GitLab, Bitbucket,
/// Azure, Jenkins.
const COMMITS: [&str; 5] =
    ["GITHUB_SHA", "CI_COMMIT_SHA", "BITBUCKET_COMMIT", "BUILD_SOURCEVERSION", "GIT_COMMIT"];

/// The variables in which operating systems name the user.
const ACCOUNTS: [&str; 3] = ["USER", "LOGNAME", "USERNAME"];

/// The longest name that is recorded: longer than any login.
const MAX_NAME: usize = 100;

/// Returns the name of the user, never an e-mail address.
pub(crate) fn who(folder: &Path) -> Option<String> {
    let first = |names: &[&str]| names.iter().find_map(|name| presentable(&variable(name)?));
    first(&ACTORS)
        .or_else(|| presentable(&output(folder, &["config", "user.name"])?))
        .or_else(|| first(&ACCOUNTS))
}

/// Returns the URL of the CI job that this process runs in: GitHub, GitLab, Bitbucket, Azure,
/// Jenkins.
pub(crate) fn job() -> Option<String> {
    job_of(variable)
}

fn job_of(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let join = |names: &[&str], between: &[&str]| {
        let mut address = String::new();
        for (at, name) in names.iter().enumerate() {
            address.push_str(variable(name)?.trim_end_matches('/'));
            address.push_str(between.get(at).unwrap_or(&""));
        }
        Some(address)
    };
    let address = join(
        &["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"],
        &["/", "/actions/runs/"],
    )
    .or_else(|| variable("CI_JOB_URL"))
    .or_else(|| {
        join(
            &["BITBUCKET_GIT_HTTP_ORIGIN", "BITBUCKET_BUILD_NUMBER"],
            &["/addon/pipelines/home#!/results/"],
        )
    })
    .or_else(|| {
        join(
            &["SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "BUILD_BUILDID"],
            &["/", "/_build/results?buildId="],
        )
    })
    .or_else(|| variable("BUILD_URL"))?;
    let url = url::Url::parse(&address).ok()?;
    // A URL with a user name or a password is not recorded.
    let is_plain = url.has_host() && url.username().is_empty() && url.password().is_none();
    is_plain.then(|| url.into())
}

/// Returns the name of this machine.
#[cfg(unix)]
pub(crate) fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Returns the name of this machine.
#[cfg(not(unix))]
pub(crate) fn host() -> String {
    variable("COMPUTERNAME").unwrap_or_else(|| "this machine".into())
}

/// Returns an environment variable, unless it is empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn presentable(name: &str) -> Option<String> {
    let name = name.trim();
    let usable = !name.is_empty() && !name.contains('@') && name.chars().count() <= MAX_NAME;
    usable.then(|| name.to_owned())
}

/// Returns the commit that the files are from: according to Git, or else, as in an image
/// without Git, according to the CI job.
pub(crate) fn commit(folder: &Path) -> Option<Commit> {
    commit_of_git(folder).or_else(|| {
        let id = COMMITS.iter().find_map(|name| variable(name))?;
        let is_id = id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id.then_some(Commit { id, dirty: false })
    })
}

fn commit_of_git(folder: &Path) -> Option<Commit> {
    let id = output(folder, &["rev-parse", "--verify", "--quiet", "HEAD"])?.trim().to_owned();
    // The tool's own folder is not a change to the files.
    let changes = output(folder, &["status", "--porcelain", "--", ".", ":(exclude).reconcile"])?;
    Some(Commit { id, dirty: !changes.trim().is_empty() })
}

fn output(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = git::command(folder, arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{job_of, presentable};

    #[test]
    fn a_job_is_named_by_its_address() {
        let job = |variables: &[(&str, &str)]| {
            job_of(|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let github = [
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "acme/retailers"),
            ("GITHUB_RUN_ID", "42"),
        ];
        let expected = "https://github.com/acme/retailers/actions/runs/42";
        assert_eq!(job(&github).as_deref(), Some(expected));
        assert_eq!(job(&github[..2]), None);
        let gitlab = [("CI_JOB_URL", "https://gitlab.example/a/b/-/jobs/7")];
        assert_eq!(job(&gitlab).as_deref(), Some("https://gitlab.example/a/b/-/jobs/7"));
        let bitbucket = [
            ("BITBUCKET_GIT_HTTP_ORIGIN", "https://bitbucket.org/a/b"),
            ("BITBUCKET_BUILD_NUMBER", "3"),
        ];
        let expected = "https://bitbucket.org/a/b/addon/pipelines/home#!/results/3";
        assert_eq!(job(&bitbucket).as_deref(), Some(expected));
        let azure = [
            ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/acme/"),
            ("SYSTEM_TEAMPROJECT", "retailers"),
            ("BUILD_BUILDID", "9"),
        ];
        let expected = "https://dev.azure.com/acme/retailers/_build/results?buildId=9";
        assert_eq!(job(&azure).as_deref(), Some(expected));
        let jenkins = [("BUILD_URL", "https://ci.example/job/retailers/5/")];
        assert_eq!(job(&jenkins).as_deref(), Some("https://ci.example/job/retailers/5/"));
        assert_eq!(job(&[("BUILD_URL", "https://u:p@ci.example/1/")]), None, "a password");
        assert_eq!(job(&[]), None);
    }

    #[test]
    fn a_name_is_kept_and_an_address_is_not() {
        assert_eq!(presentable(" Dana Reyes\n").as_deref(), Some("Dana Reyes"));
        assert_eq!(presentable("dana@example.com"), None);
        assert_eq!(presentable("  "), None);
    }
}
