from bwise.proofs import prove


def test_two_countries_at_a_time_say_what_one_after_another_says(copy_of):
    project = copy_of("LV", "SI")
    manifest = project.processed("SI", "focus_group") / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"SI"', '"LV"', 1), encoding="utf-8")
    one = list(prove(project, ["LV", "SI"], jobs=1))
    assert [(record.name, bool(record.problems)) for record in one] == [
        ("LV", False),
        ("LV focus group", False),
        ("SI", False),
        ("SI focus group", True),
    ]
    assert one[0].rows > 30 and one[0].cells > 1000
    assert one[-1].problems[0].where.startswith("SI focus group: processed/SI/focus_group")
    assert list(prove(project, ["LV", "SI"], jobs=2)) == one
