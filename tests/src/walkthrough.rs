//! The README names files; they must exist.

use crate::harness::top;

#[test]
fn every_file_that_the_readme_names_is_there() {
    let readme = std::fs::read_to_string(top().join("README.md")).unwrap();
    let folders = ["functions/", "templates/", "infra/", "tests/", ".ci/"];
    let named: Vec<&str> = readme
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| folders.iter().any(|folder| code.starts_with(folder)) && !code.contains(' '))
        .collect();
    assert!(named.len() >= 10, "the walkthrough is gone: {named:?}");
    for path in named {
        assert!(top().join(path).exists(), "README.md names {path}, which does not exist");
    }
}

#[test]
fn the_consumer_that_the_readme_shows_is_the_one_that_the_tests_run() {
    let read = |path: &str| std::fs::read_to_string(top().join(path)).unwrap();
    let (readme, consumer) = (read("README.md"), read("tests/consumer.py"));
    let (_, program) = consumer.split_once('\n').unwrap();
    assert!(
        readme.contains(program.trim()),
        "README.md shows another consumer than tests/consumer.py"
    );
    assert!(consumer.lines().count() <= 60);
}
