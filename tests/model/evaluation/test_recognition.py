"""The figures of recognition, on answers that are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.people.identity import Recognition
from device.perception.analysers.recognition import Appearance
from model.data.half import Half
from model.data.people import Pair, People, draw_pairs, indexed, read_pairs, read_people
from model.errors import DataError
from model.evaluation.embeddings import Embeddings
from model.evaluation.open_set import open_set
from model.evaluation.verification import curve, similarity, verify
from model.evaluation.visitors import visitors
from tests.people.faces import LIMITS, near

_KEYPOINTS = np.zeros((6, 2), np.float32)


def pair(left: int, right: int, fold: int = 0) -> Pair:
    """Return two pictures of the household, of one person where it has them."""
    return Pair(left, right, same=left // 8 == right // 8, fold=fold)


PAIRS = [pair(0, 1), pair(0, 8), pair(8, 9, 1), pair(1, 16, 1), pair(16, 17, 2), pair(9, 24, 2)]


def appearance(embedding: np.ndarray, hidden: Recognition | None = None) -> Appearance:
    """Return what one picture shows."""
    return Appearance(embedding, 60.0, hidden, _KEYPOINTS)


def household(pictures: int = 8, people: int = 4, alike: float = 0.9) -> Embeddings:
    """Return pictures of some people who are this similar to themselves, and to nobody else."""
    seen = [
        appearance(near({person: alike}, rest=20 + person * pictures + picture))
        for person in range(people)
        for picture in range(pictures)
    ]
    return Embeddings(seen, np.repeat(np.arange(people), pictures))


def test_pairs_that_are_told_apart_are_all_right() -> None:
    """One pair of one person, one of two, in each of three folds."""
    people = household()
    figures = verify(similarity(people, PAIRS), PAIRS)
    assert (figures.accuracy, figures.auc, figures.tar_at_far_1e_3) == (1.0, 1.0, 1.0)


def test_a_pair_without_a_face_is_an_error_of_either_kind() -> None:
    """Nobody can say that two pictures show two people if one shows nobody."""
    people = household()
    blind = Embeddings([None, *people.appearances[1:]], people.identities)
    figures = verify(similarity(blind, PAIRS), PAIRS)
    assert figures.no_face == 2
    assert figures.accuracy == pytest.approx(2 / 3)


def test_a_folds_threshold_comes_from_the_others() -> None:
    """A fold that is easy with its own threshold is not with theirs."""
    scores = np.array([0.9, 0.8, 0.9, 0.8, 0.9, 0.8, 0.4, 0.3])
    pairs = [Pair(0, 0, same=same, fold=fold) for fold in range(4) for same in (True, False)]
    # The other three folds want 0.85, at which the last one accepts nobody.
    assert verify(scores, pairs).accuracy == pytest.approx(7 / 8)


def test_the_curve_rises_from_nothing_to_everything() -> None:
    """With each pair that is accepted."""
    false, true = curve(np.array([0.9, 0.7, 0.6, 0.1]), np.array([True, False, True, False]))
    np.testing.assert_allclose(true, [0.5, 0.5, 1, 1])
    np.testing.assert_allclose(false, [0, 0.5, 0.5, 1])


def test_known_people_are_named_and_strangers_are_not() -> None:
    """Half of the people are enrolled with three pictures each, and asked about with the others."""
    figures = open_set(household(), LIMITS)
    assert (figures.people, figures.stranger_people) == (2, 2)
    assert (figures.single.known, figures.single.known_right) == (10, 10)
    assert (figures.single.strangers, figures.single.stranger_named) == (16, 0)
    assert (figures.burst.known_right, figures.known_visits.visits) == (2, 2)
    assert figures.known_visits.unknown_by == [0, 0, 0]


def test_people_unlike_themselves_are_not_recognised() -> None:
    """The evaluation can fail."""
    figures = open_set(household(alike=0.6), LIMITS)
    assert figures.single.known_right == 0
    assert figures.known_visits.unknown_by == [0, 2, 2]


def test_strangers_are_unknown_from_the_second_capture_on_or_from_the_first_burst() -> None:
    """In a burst at once if they are far from everybody, as these are."""
    figures = open_set(household(), LIMITS)
    assert (figures.stranger_visits.visits, figures.stranger_bursts.visits) == (4, 4)
    assert figures.stranger_visits.unknown_by == [0, 4, 4]
    assert figures.stranger_bursts.unknown_by == [4, 4, 4]
    assert (figures.single.stranger_unknown, figures.single.known_unknown) == (16, 0)


def test_a_hidden_face_is_refused_and_not_counted_as_wrong() -> None:
    """Neither right nor wrong."""
    people = household()
    away = [
        appearance(each.embedding, Recognition.TURNED_AWAY) if i % 8 == 7 and each else each
        for i, each in enumerate(people.appearances)
    ]
    figures = open_set(Embeddings(away, people.identities), LIMITS)
    assert (figures.single.known_refused, figures.single.stranger_refused) == (2, 2)
    assert figures.single.known == 8


def test_a_face_that_no_node_would_judge_is_refused() -> None:
    """Too dark, too small or too blurred: nobody is asked about it, and nobody is enrolled with it."""
    people = household()
    poor = Embeddings(people.appearances, people.identities, unjudged={7, 15, 23, 31})
    figures = open_set(poor, LIMITS)
    assert (figures.single.known_refused, figures.single.stranger_refused) == (2, 2)
    assert (figures.single.known, figures.single.strangers) == (8, 14)


def test_a_face_that_enrolment_refuses_is_asked_about_only() -> None:
    """Of eight pictures of each person six are too small for a reference, and three references are wanted."""
    people = household()
    small = {i for i in range(32) if i % 8 < 6}
    with pytest.raises(DataError):
        open_set(Embeddings(people.appearances, people.identities, too_small=small), LIMITS)
    figures = open_set(
        Embeddings(people.appearances, people.identities, too_small=small), LIMITS, references=2
    )
    assert (figures.single.known, figures.single.known_right) == (12, 12)


def test_the_figures_of_several_draws_are_summed() -> None:
    """Other people are enrolled each time."""
    figures = open_set(household(), LIMITS, draws=3)
    assert (figures.people, figures.single.known, figures.known_visits.visits) == (2, 30, 6)
    assert len(figures.known_scores) == 30
    assert min(figures.known_scores) > LIMITS.score > max(figures.stranger_scores)
    assert "known_scores" not in figures.to_json()


def test_an_evaluation_without_enough_pictures_is_refused() -> None:
    """With what is missing."""
    with pytest.raises(DataError, match="nobody has more than that number"):
        open_set(household(pictures=3), LIMITS, references=3)


def test_strangers_who_come_again_are_one_visitor_each() -> None:
    """In each draw; nobody is left once each of them has a name."""
    figures = visitors(household(), LIMITS, strangers=3, draws=2)
    assert (figures.strangers, figures.visits, figures.visitors) == (6, 48, 6)
    assert (figures.right, figures.mixed, figures.others) == (48, 0, 0)


def test_strangers_unlike_themselves_are_several_visitors_and_two_who_are_one_are_mixed() -> None:
    """The evaluation can fail."""
    figures = visitors(household(alike=0.6), LIMITS, strangers=4, draws=1)
    assert (figures.visitors, figures.mixed, figures.others, figures.others_gone) == (32, 0, 28, 0)
    twins = household()
    figures = visitors(Embeddings(twins.appearances, np.repeat([0, 1], 16)), LIMITS, 2, 1)
    assert (figures.visitors, figures.others, figures.others_gone) == (4, 2, 0)
    same = [appearance(near({0: 0.9}, rest=20 + i)) for i in range(8)]
    figures = visitors(Embeddings(same, np.repeat([0, 1], 4)), LIMITS, 2, 1)
    assert (figures.visitors, figures.mixed, figures.right) == (1, 1, 4)
    with pytest.raises(DataError, match="3 strangers are to come, and only 2 people"):
        visitors(Embeddings(same, np.repeat([0, 1], 4)), LIMITS, 3, 1)


def test_drawn_pairs_are_half_of_one_person_in_ten_folds() -> None:
    """And the same each time."""
    people = People(
        Path("x/img"), np.array([str(i) for i in range(60)]), np.repeat(np.arange(10), 6)
    )
    pairs = draw_pairs(people)
    assert pairs == draw_pairs(people)
    assert sum(pair.same for pair in pairs) * 2 == len(pairs)
    assert {pair.fold for pair in pairs} == set(range(10))
    assert all((people.identities[p.left] == people.identities[p.right]) == p.same for p in pairs)


def test_people_of_the_training_part_are_left_out(tmp_path: Path) -> None:
    """Unless a file of pairs names them."""
    (tmp_path / "img_celeba").mkdir()
    (tmp_path / "identity_CelebA.txt").write_text("a.jpg 1\nb.jpg 2\nc.jpg 2\n")
    (tmp_path / "list_eval_partition.txt").write_text("a.jpg 0\nb.jpg 1\nc.jpg 2\n")
    assert list(read_people(tmp_path).names) == ["b.jpg", "c.jpg"]
    assert list(read_people(tmp_path, ["a.jpg", "b.jpg"]).names) == ["a.jpg", "b.jpg"]


def test_pairs_are_read_with_their_lines(tmp_path: Path) -> None:
    """And a line that is none is named."""
    file = tmp_path / "pairs.csv"
    file.write_text("left,right,same,fold\na.jpg,b.jpg,1,0\n")
    people = People(tmp_path / "img", np.array(["b.jpg", "a.jpg"]), np.array([1, 1]))
    assert indexed(read_pairs(file), people) == [Pair(1, 0, same=True, fold=0)]
    file.write_text("left,right,same,fold\na.jpg,b.jpg,yes,0\n")
    with pytest.raises(DataError, match="line 2: two file names, 1 or 0, and a number"):
        read_pairs(file)


def test_a_pair_of_an_unknown_picture_is_named(tmp_path: Path) -> None:
    """So that the owner knows which file lacks it."""
    (tmp_path / "img_celeba").mkdir()
    (tmp_path / "identity_CelebA.txt").write_text("a.jpg 1\n")
    with pytest.raises(DataError, match=r"does not know 'z\.jpg'"):
        read_people(tmp_path, ["a.jpg", "z.jpg"])


def test_people_are_halved_by_their_numbers() -> None:
    """What is chosen on one half is measured on the other."""
    people = People(Path("x/img"), np.array(["a", "b", "c"]), np.array([4, 7, 9]))
    assert people.half(None) is people
    assert people.half(Half.EVEN).names.tolist() == ["a"]
    assert people.half(Half.ODD).identities.tolist() == [7, 9]
