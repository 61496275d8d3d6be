"""An age is never a count, in any language; figures may stand ahead of or behind their cues."""

import pytest

from tocsin.gate.reading import seen_in_all

# One is dead, of the age of 35; nobody is counted.
AGES = {
    "en": ["A 35-year-old man was killed in the flood", "Flood: driver, 35, killed",
           "Man aged 35 killed by lightning"],
    "es": ["Murió un hombre de 35 años en el incendio", "Incendio: un muerto, edad 35"],
    "pt": ["Homem de 35 anos morto no incêndio", "Incêndio: jovem (35) morto"],
    "fr": ["Incendie : un homme de 35 ans tué", "Incendie : une femme âgée de 35 ans tuée"],
    "de": ["35-Jähriger bei Brand getötet", "Frau (35) bei Brand getötet"],
    "it": ["Incendio, 35enne morto", "Incendio, morto un uomo di 35 anni"],
    "nl": ["35-jarige man gedood bij brand", "Brand: vrouw (35) omgekomen"],
    "pl": ["35-letni mężczyzna zginął w pożarze", "W pożarze zginął 35-latek"],
    "ru": ["При пожаре погиб 35-летний мужчина", "Погиб мужчина в возрасте 35 лет, пожар"],
    "uk": ["Під час пожежі загинув 35-річний чоловік"],
    "tr": ["Yangında 35 yaşındaki adam öldü"],
    "el": ["Φωτιά: νεκρός 35χρονος", "Φωτιά: νεκρός άνδρας ηλικίας 35 ετών"],
    "ar": ["حريق: مقتل رجل يبلغ من العمر 35 عاما"],
    "fa": ["آتش سوزی: مرد ۳۵ ساله کشته شد"],
    "hi": ["आग में 35 वर्षीय व्यक्ति की मौत"],
    "bn": ["অগ্নিকাণ্ডে ৩৫ বছর বয়সী একজন নিহত"],
    "id": ["Kebakaran: pria berusia 35 tahun tewas", "Kebakaran: pria (35) tewas"],
    "tl": ["Sunog: patay ang 35-anyos na lalaki"],
    "vi": ["Cháy nhà: người đàn ông 35 tuổi tử vong"],
    "th": ["ไฟไหม้ ชายวัย 35 ปี เสียชีวิต"],
    "ja": ["火災で35歳の男性が死亡", "火災で男性（35）が死亡", "火災で30代の男性が死亡"],
    "ko": ["화재로 35세 남성 사망", "화재로 30대 남성 사망"],
    "zh": ["火灾致35岁男子死亡"],
}
COUNTS = {
    "A 35-year-old man was injured and 12 killed in the flood": {"killed": 12},
    "Fire kills 12, injures 30": {"killed": 12, "injured": 30},
    "12 killed, 30 injured in fire": {"killed": 12, "injured": 30},
    "Fire killed 12 injured 30": {"killed": 12, "injured": 30},
    "ไฟไหม้ ดับ 12 เจ็บ 30": {"killed": 12, "injured": 30},
    "رجل في الحريق، مقتل 12 وإصابة 30": {"killed": 12, "injured": 30},
    "Two die in house fire": {"killed": 2},
    "Brand: 35 Tote": {"killed": 35},
    "Пожар: погибли 35 человек": {"killed": 35},
    "火災で35人が死亡": {"killed": 35},
    "화재로 35명 사망": {"killed": 35},
    "ไฟไหม้ เสียชีวิต 35 ราย": {"killed": 35},
    "Yangında 35 kişi öldü": {"killed": 35},
}


@pytest.mark.parametrize("lang", AGES)
def test_an_age_counts_nobody(lang):
    for text, seen in zip(AGES[lang], seen_in_all(AGES[lang]), strict=True):
        assert not [value for _, value in seen.facts if value >= 30], f"{text}: {seen.facts}"
        assert seen.hazard is not None, text


@pytest.mark.parametrize("text", sorted(COUNTS))
def test_a_count_is_read_beside_it(text):
    assert dict(seen_in_all([text])[0].facts) == COUNTS[text]


@pytest.mark.parametrize(
    "text", ["Students hold a die-in at the square", "The sit-in goes on", "A walkout at noon"]
)
def test_an_assembly_kills_nobody(text):
    seen = seen_in_all([text])[0]
    assert seen.masked and not seen.counts and not seen.facts
