//! Keys of contract files that clash with others, and how they are named.

use super::contract::{checked_contract, file};
use super::rendered;

#[test]
fn two_meanings_of_one_place_are_named() {
    let shown = rendered(&checked_contract(&file(
        "list: {path: /r?p=2, items: /i, paging: {style: page, page: p, size: s, ask: 1}}\n\
         fields: {omnireturns.portal: {at: /name}, omnireturns.company: {at: /group}, \
         omnireturns.hubs: {at: /group/hubs}}",
    )));
    insta::assert_snapshot!(shown, @r"
    error[wrong-value]: `omnireturns.list.path` contains the parameter `p` of `paging`
     --> contracts/a.yaml:9:16
      |
    9 |   list: {path: /r?p=2, items: /i, paging: {style: page, page: p, size: s, ask: 1}}
      |                ^^^^^^
      |
      = hint: remove it from the path, or it is sent twice

    error[wrong-value]: `omnireturns.fields.omnireturns.portal.at` points to the place of `name`
      --> contracts/a.yaml:10:37
       |
    10 |   fields: {omnireturns.portal: {at: /name}, omnireturns.company: {at: /group}, omnireturns.hubs: {at: /group/hubs}}
       |                                     ^^^^^
       |
       = hint: write the pointer to this setting alone

    error[wrong-value]: `omnireturns.fields.omnireturns.hubs.at` overlaps the place of `fields.omnireturns.company.at`
      --> contracts/a.yaml:10:103
       |
    10 |   fields: {omnireturns.portal: {at: /name}, omnireturns.company: {at: /group}, omnireturns.hubs: {at: /group/hubs}}
       |                                                                                                       ^^^^^^^^^^^
       |
       = hint: write the pointer to this setting alone
    ");
}
