"""The words that name each hazard outright, so that no other list vouches for itself."""

import re

_FIRE = {
    "en": r"\bfire\b|wildfire|blaze|flames|burning",
    "es": r"incendi|fuego|llamas|quemando",
    "pt": r"inc[eê]ndi|fogo|chamas|queimando",
    "fr": r"\bfeu\b|incendie|flammes|brûle",
    "ja": r"火事|火災|炎|燃え",
    "ar": r"حريق|حرائق|النار|لهب|يحترق",
}

HEAD_TERMS = {
    "earthquake": {
        "en": r"quake|tremor|shaking|seism",
        "es": r"terremoto|temblor|tembló|sismo|seísmo",
        "pt": r"terremoto|tremor|tremeu|sismo",
        "fr": r"séisme|tremblement de terre|secousse",
        "ja": r"地震|揺れ",
        "ar": r"زلزال|هزة",
    },
    "flood": {
        "en": r"flood|burst its banks",
        "es": r"inundaci|inundad|desbord",
        "pt": r"inundaç|alagad|enchente|transbord",
        "fr": r"inond|débordé|crue\b",
        "ja": r"洪水|氾濫|浸水|冠水",
        "ar": r"فيضان|فاض",
    },
    "wildfire": _FIRE,
    "explosion": {
        "en": r"explo|blast|detonat",
        "es": r"explosi|explot",
        "pt": r"explos|explod",
        "fr": r"explos",
        "ja": r"爆発",
        "ar": r"انفجار|انفجر",
    },
    "tornado": {
        "en": r"tornado|twister|funnel",
        "es": r"tornado",
        "pt": r"tornado",
        "fr": r"tornade",
        "ja": r"竜巻",
        "ar": r"إعصار|الإعصار",
    },
    "building_fire": _FIRE,
    "rail_accident": {
        "en": r"derail|train crash|collided",
        "es": r"descarril|chocaron|accidente",
        "pt": r"descarril|bateram|acidente",
        "fr": r"déraill|collision|accident",
        "ja": r"脱線|衝突|事故",
        "ar": r"حادث|تصادم",
    },
    "tsunami": dict.fromkeys(("en", "es", "pt", "fr"), r"tsunami")
    | {"ja": "津波", "ar": "تسونامي"},
    "power_outage": {
        "en": r"outage|no power|without power|without electricity|blackout",
        "es": r"apagón|se fue la luz|corte de luz|sin luz|sin electricidad",
        "pt": r"apagão|faltou luz|queda de energia|sem luz|sem energia",
        "fr": r"panne|coupure|électricité|sans courant",
        "ja": r"停電",
        "ar": r"انقطاع|انقطعت|الكهرباء|بلا كهرباء",
    },
    "aviation_accident": {
        "en": r"crash",
        "es": r"accidente|estrell",
        "pt": r"acidente|avião caiu|queda de avião",
        "fr": r"accident|écrasé|crash",
        "ja": r"墜落|事故",
        "ar": r"تحطم|سقوط طائرة",
    },
    "chemical_spill": {
        "en": r"chemical|toxic|leak|spill",
        "es": r"químic|tóxic|fuga|derrame",
        "pt": r"químic|tóxic|vazamento",
        "fr": r"chimique|toxique|fuite",
        "ja": r"化学|有毒|流出|漏れ",
        "ar": r"كيميائي|سامة|تسرب",
    },
    "landslide": {
        "en": r"landslide|mudslide",
        "es": r"deslizamiento|alud|derrumbe|deslave",
        "pt": r"desliz",
        "fr": r"glissement|coulée",
        "ja": r"土砂|土石流",
        "ar": r"انهيار",
    },
    "building_collapse": {
        "en": r"collaps",
        "es": r"derrumb|colaps",
        "pt": r"desab",
        "fr": r"effondr",
        "ja": r"倒壊|崩壊|崩落",
        "ar": r"انهيار|انهارت",
    },
    "crowd_crush": {
        "en": r"crush|stampede|trampl",
        "es": r"avalancha|estampida|aplastad",
        "pt": r"esmagamento|debandada|pisote",
        "fr": r"bousculade|mouvement de foule|piétiné",
        "ja": r"将棋倒し|群衆|下敷き",
        "ar": r"تدافع",
    },
    "tropical_cyclone": {
        "en": r"hurricane|cyclone|typhoon",
        "es": r"huracán|ciclón",
        "pt": r"furacão|ciclone",
        "fr": r"ouragan|cyclone",
        "ja": r"台風",
        "ar": r"إعصار|الإعصار",
    },
}


def names_hazard(hazard: str, lang: str, text: str) -> bool:
    """Whether the text holds a word that names the hazard outright."""
    return re.search(HEAD_TERMS[hazard][lang], text.lower()) is not None
