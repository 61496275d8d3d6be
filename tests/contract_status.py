"""Which clause of the privacy contract is built, which tests hold it, and what is missing."""

import sys
from pathlib import Path
from typing import Literal, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "contract-status.md"

State = Literal["holds", "in part", "not yet"]


class Clause(NamedTuple):
    """One clause: `tests` are `file::function` below tests/; `missing` is empty when it holds."""

    key: str
    title: str
    state: State
    built: str
    tests: tuple[str, ...]
    missing: str


CLAUSES: tuple[Clause, ...] = (
    Clause(
        "P1", "No author identifier survives the ingest gate", "holds",
        "The gate copies allow-listed values into numeric columns; frames are decoded into "
        "structs that declare nothing else.",
        ("test_boundary.py::test_no_planted_identity_comes_out",
         "test_shape.py::test_columns_are_the_agreed_ones_and_hold_numbers",
         "test_shape.py::test_the_state_of_the_detector_holds_numbers_only",
         "test_jetstream.py::test_nothing_of_links_mentions_parents_or_cards_is_kept",
         "test_imports.py::test_the_contracts_hold"),
        "",
    ),
    Clause(
        "P2", "Events and alerts carry no free text", "holds",
        "Records are made in one place from closed lists; headlines from templates.",
        ("test_boundary.py::test_every_record_holds_to_the_closed_lists",
         "test_interference.py::test_no_run_of_five_tokens_of_a_post_comes_out",
         "test_shape.py::test_a_record_has_the_agreed_fields",
         "test_render.py::test_headlines"),
        "",
    ),
    Clause(
        "P3", "No event with fewer than k distinct authors", "in part",
        "Five voices, fifteen beside an assembly; both are constants.",
        ("test_detect.py::test_five_voices_make_an_event_and_four_do_not",
         "test_interference.py::test_a_thousand_posts_by_four_authors_emit_nothing",
         "test_interference.py::test_beside_an_assembly_fifteen_authors_are_needed",
         "test_detect.py::test_below_five_living_voices_an_event_is_withdrawn"),
        "A stateful test over add, merge, split, delete, rotation and crash together.",
    ),
    Clause(
        "P4", "Authors cannot be linked over time, and their tags never leave memory", "in part",
        "Voice keys in memory, twelve hours each, destroyed after 36 also while nobody posts; "
        "keyed tags are searched for in every output.",
        ("test_boundary.py::test_no_planted_identity_comes_out",
         "test_boundary.py::test_the_voice_keys_lie_in_memory_alone",
         "test_voices.py::test_adjacent_windows_share_one_tag_and_distant_ones_none",
         "test_voices.py::test_destroyed_keys_are_gone_from_the_folder",
         "test_voices.py::test_a_kill_during_rotation_leaves_the_old_or_the_new_state",
         "test_gate_keeps.py::test_keys_are_destroyed_on_time_although_nobody_posts"),
        "The test with a full disk image and 10,000 candidate ids; where no memory-backed folder "
        "exists, keys fall back to the temp folder.",
    ),
    Clause(
        "P5", "No query by author, and none about a person", "in part",
        "Six filters of events; anything else is refused with an answer that does not repeat it.",
        ("test_boundary.py::test_a_question_about_somebody_is_answered_like_one_about_nobody",
         "test_shape.py::test_no_address_asks_or_answers_about_a_person",
         "test_web.py::test_no_parameter_can_ask_about_a_person",
         "test_web.py::test_no_answer_tells_one_identity_from_another"),
        "Equal answer times are not measured.",
    ),
    Clause(
        "P6", "Watches name hazards and places, nothing else", "in part",
        "A watch is a table of closed keys, or a text of which every word must compile; ids only "
        "are kept, and a refusal never repeats the text. The policy is data, part of the hash.",
        ("test_watch.py::test_what_is_no_watch_is_refused",
         "test_watch.py::test_what_is_no_place_is_refused_without_repeating_it",
         "test_watch_text.py::test_every_case_is_judged_as_the_policy_says",
         "test_watch_text.py::test_changes_that_nobody_sees_make_no_refused_text_pass",
         "test_watch_text.py::test_a_watch_holds_nothing_of_its_text",
         "test_watch_text.py::test_no_refusal_repeats_its_text",
         "test_watch_text.py::test_labels_of_sites_are_gated",
         "test_web_watches.py::test_a_refusal_explains_and_repeats_nothing",
         "test_web_watches.py::test_many_refusals_are_followed_by_a_pause",
         "test_watch_store.py::test_add_show_and_take_out",
         "test_shape.py::test_no_setting_and_no_watch_names_a_person",
         "test_boundary.py::test_no_planted_identity_comes_out"),
        "A held-out file of cases by native speakers.",
    ),
    Clause(
        "P7", "Assembly is invisible; hazards are not", "holds",
        "See 2.2.",
        ("test_interference.py::test_assemblies_change_no_byte_of_the_events",
         "test_interference.py::test_harm_is_found_in_whatever_setting_and_never_finer"),
        "",
    ),
    Clause(
        "P8", "Location comes from words or official feeds, and is coarse", "in part",
        "Every coordinate is an entry of the gazetteer; device positions are never decoded; "
        "geofences begin at 1 km.",
        ("test_boundary.py::test_every_record_holds_to_the_closed_lists",
         "test_boundary.py::test_no_planted_identity_comes_out",
         "test_pipeline.py::test_a_personal_hazard_is_placed_coarsely",
         "test_watch.py::test_what_is_no_watch_is_refused"),
        "Grid cells; the rule that an outbreak finer than a region needs an official source.",
    ),
    Clause(
        "P9", "Raw text is gone within the batch; what is derived lives a day at most", "in part",
        "Reports live in memory only and expire by time; post tags go after twelve hours. What is "
        "written down of what is usual is a count of one hour, by hazard and country, behind which "
        "five voices certainly stand.",
        ("test_usual.py::test_each_hour_is_counted_by_hazard_and_by_country_and_no_finer",
         "test_usual.py::"
         "test_an_hour_of_fewer_than_five_voices_leaves_nothing_however_much_they_say",
         "test_usual_kept.py::"
         "test_fewer_than_five_are_never_written_and_the_file_itself_refuses_them",
         "test_detect.py::test_after_a_day_nothing_of_a_post_is_left",
         "test_gate_keeps.py::test_post_tags_go_within_a_day_also_from_a_silent_stream",
         "test_boundary.py::test_no_planted_identity_comes_out"),
        "A test of the whole state folder after a day on a held clock.",
    ),
    Clause(
        "P10", "Deletes, edits and closures are honoured everywhere, fast", "in part",
        "Deletes, edits, closures and repositories set anew withdraw an event, shrink its record "
        "and messages, and its bytes leave the disk with the step that withdrew it. Order is kept, "
        "and a full queue is taken in one step. A gap in deletions purges the reports of its "
        "source alone, and is told. A kill between receipt and completion is made good by the next "
        "start, seconds after it (docs/deletion-figures.md: two hundred such kills).",
        ("test_boundary.py::test_a_withdrawn_event_leaves_nothing_but_its_stub",
         "test_store.py::test_an_event_below_k_shrinks_with_all_its_revisions_and_messages",
         "test_gate_keeps.py::test_a_deleted_post_is_forgotten_at_once",
         "test_detect.py::test_a_purge_takes_a_family_back",
         "test_engine_deletion.py::"
         "test_an_event_below_its_floor_is_gone_from_page_and_disk_in_time",
         "test_engine_deletion.py::test_a_reader_in_the_way_delays_the_bytes_until_it_is_done",
         "test_engine_deletion.py::"
         "test_a_kill_before_the_log_was_truncated_leaves_nothing_after_the_next_start",
         "test_engine_deletion.py::"
         "test_a_delete_at_the_end_of_a_full_queue_is_honoured_in_the_next_step",
         "test_engine_deletion.py::test_a_gap_in_deletions_purges_its_source_alone_and_is_told",
         "test_deletion_kills.py::test_a_deletion_cut_by_a_kill_is_ended_by_the_next_start"),
        "After a restart a deletion withdraws an event only by posts that were read again "
        "(docs/gotchas.md says why). 10 s and 120 s are held on the injected "
        "clock and measured under kills, not under load.",
    ),
    Clause(
        "P11", "Consent signals and source terms are enforced in code", "in part",
        "Sources state terms and deletion; the opt-out label of a post is honoured. Mastodon is "
        "read only with recorded leave, own and public posts alone, never accounts that are not "
        "indexable or say #nobot.",
        ("conformance/test_sources.py::test_the_spec_is_complete",
         "test_mastodon.py::"
         "test_what_is_not_ours_to_read_is_refused_and_an_edit_to_it_takes_it_back",
         "test_mastodon.py::test_no_server_is_read_without_leave",
         "test_jetstream.py::test_an_edit_that_empties_or_opts_out_takes_the_post_back"),
        "The opt-out list; account-level labels of Bluesky, which its stream does not carry.",
    ),
    Clause(
        "P12", "Levels rate hazards, never people", "in part",
        "No type of person or group exists; the level is a table over hazard, facts and sources. "
        "Who is heard is told by language and country, in bands.",
        ("test_coverage.py::test_a_band_is_that_of_a_plain_count",
         "test_shape.py::test_no_struct_has_room_for_a_person",
         "test_interference.py::test_names_and_groups_in_posts_change_no_event",
         "test_rate.py::test_posts_never_make_red_nor_observed"),
        "Dialect-swapped corpora.",
    ),
    Clause(
        "P13", "No small counts", "in part",
        "Voices as bands, also in the grounds; confidence in steps of .05; times floored.",
        ("test_boundary.py::test_every_record_holds_to_the_closed_lists",
         "test_pipeline.py::test_a_band_only_rises",
         "test_web.py::test_health_tells_no_small_or_exact_count"),
        "Random jitter of the edges of bands, and the differencing attack played through.",
    ),
    Clause(
        "P14", "Official feeds pass a gate too", "holds",
        "An allow-list of hazards, by tables and by the vocabulary, which reads the event name "
        "alone; messages about persons are dropped whole, in every language. Text and contacts are "
        "never built. Of news a title's hazard, place and hour are kept. Ids and references of "
        "bulletins are relayed as their pattern allows.",
        ("test_official.py::test_a_message_about_persons_is_dropped_whole",
         "test_official.py::test_no_text_contact_or_name_of_a_cap_message_leaves",
         "test_official.py::test_no_event_code_about_persons_gets_in_whatever_the_name",
         "test_official_wires.py::test_every_event_code_is_let_in_as_its_hazard_or_kept_out",
         "test_official_wires.py::test_no_event_name_of_any_language_brings_people_in",
         "test_official_wires.py::test_no_name_text_or_contact_leaves",
         "test_titles.py::test_other_titles_give_nothing",
         "test_boundary.py::test_no_planted_identity_comes_out"),
        "",
    ),
    Clause(
        "P15", "Audit log of watches, refusals, queries, exports and settings", "in part",
        "A chain of hashes over every act with its role and no name; each message carries the root "
        "of its time. A refused watch is kept as category and length.",
        ("test_audit.py::test_every_act_leaves_a_record_with_its_role_and_nobody_in_it",
         "test_audit.py::test_a_later_change_is_found",
         "test_audit.py::test_records_that_change_places_are_found",
         "test_audit.py::test_a_log_written_anew_does_not_lead_through_what_a_message_said",
         "test_audit.py::test_each_message_carries_the_root_of_its_time_and_the_next_one_leads_"
         "through_it",
         "test_audit.py::test_a_refused_watch_leaves_category_and_length_alone",
         "test_watch.py::test_what_is_no_place_is_refused_without_repeating_it"),
        "Signatures on the roots and a public witness; queries for events alone are not noted, and "
        "of the settings only that they changed.",
    ),
    Clause(
        "P16", "Loosening is loud", "in part",
        "Events and answers carry the hash of the vocabulary; a floor in the configuration "
        "stops the start.",
        ("test_shape.py::test_one_changed_word_changes_the_contract_hash",
         "test_config_file.py::test_a_floor_of_the_contract_is_no_setting",
         "test_web.py::test_every_answer_carries_the_contract_and_the_policy",
         "test_boundary.py::test_every_record_carries_the_contract"),
        "The tables of official event codes, the gazetteer and the floors themselves are not "
        "part of the hash.",
    ),
    Clause(
        "P17", "The same rules hold in logs, metrics, crash reports and temp files", "in part",
        "Unexpected errors say kind and place alone; metrics carry source names and reasons.",
        ("test_boundary_crash.py::test_an_error_with_a_post_in_it_says_where_but_not_what",
         "test_boundary.py::test_no_planted_identity_comes_out",
         "test_web.py::test_an_error_inside_tells_nothing"),
        "Core dumps and dumpability are left to the system's own settings.",
    ),
    Clause(
        "P18", "No media, no link following, no generative model on post text", "holds",
        "Media and links are not decoded; nothing fetches what a post or a bulletin names. A CAP "
        "index may point to its own messages, on its own host or one the operator names.",
        ("test_markup.py::test_types_entities_and_damage_are_refused_and_nothing_is_fetched",
         "test_cap_source.py::test_messages_elsewhere_are_not_fetched_unless_the_host_is_named",
         "test_cap_source.py::test_no_link_leads_off_the_web_or_off_encryption",
         "test_jetstream.py::test_nothing_of_links_mentions_parents_or_cards_is_kept",
         "test_boundary.py::test_nothing_is_asked_but_the_sources",
         "test_imports.py::test_the_contracts_hold"),
        "",
    ),
    Clause(
        "2.1", "The canary test", "in part",
        "72 identities in every field of Jetstream, Mastodon, replay rows and bulletins, searched "
        "in every channel and form; "
        "38 seeded leaks run against the same tests. 10,000 posts a connector of posts, 100,000 "
        "nightly.",
        ("test_boundary.py::test_no_planted_identity_comes_out",
         "test_boundary.py::test_the_drive_reached_everything",
         "test_boundary_search.py::test_every_form_is_found",
         "test_boundary_search.py::test_plain_hashes_are_found",
         "test_boundary_mutants.py::test_the_leak_is_caught"),
        "A million posts nightly (the drive holds its frames in memory); zstd as a wrapping; "
        "mail and feeds as channels, which do not exist yet. The text given "
        "to `tocsin explain` stands in its own command line, as with any command.",
    ),
    Clause(
        "2.2", "How lawful protest is treated", "in part",
        "Assembly words in 35 languages are masked before anything counts; beside them only "
        "harm to people counts, from fifteen authors, coarsely.",
        ("test_interference.py::test_assemblies_change_no_byte_of_the_events",
         "test_interference.py::test_with_the_mask_off_assemblies_would_be_seen",
         "test_interference.py::test_an_assembly_alone_is_never_an_event",
         "test_interference.py::test_five_hundred_mixed_posts_without_harm_give_no_event",
         "test_interference.py::test_a_hazard_beside_an_assembly_without_harm_is_no_event",
         "test_interference.py::test_harm_is_found_in_whatever_setting_and_never_finer"),
        "Smoke and flames count as spread, so they alone admit a fire beside an assembly. "
        "Setting neutrality is shown in English only; no set for past shootings and fires.",
    ),
)  # fmt: skip

_HEAD = """\
# Contract status

Where the privacy contract stands, clause by clause: what is built, which tests hold it, what is
missing. A clause *holds* when nothing named in it is missing. The page is made from
`tests/contract_status.py`; a test fails when it is stale or names a test that does not exist.
"""


def page() -> str:
    """The text of the page."""
    lines = [_HEAD, "| clause | state |", "|---|---|"]
    lines += [f"| {c.key} {c.title} | {c.state} |" for c in CLAUSES]
    for c in CLAUSES:
        lines += ["", f"## {c.key} {c.title}", "", f"**{c.state.capitalize()}.** {c.built}", ""]
        lines += [f"- `tests/{test}`" for test in c.tests]
        if c.missing:
            lines += ["", f"Missing: {c.missing}"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
