"""The hazard keys that official messages are read with in tests, whatever the vocabulary holds."""

HAZARDS = {
    "earthquake", "tsunami", "volcano", "landslide", "avalanche", "flood", "flash_flood", "storm",
    "tornado", "tropical_cyclone", "hail", "blizzard", "heat_wave", "cold_wave", "drought",
    "wildfire", "building_fire", "industrial_fire", "fire", "explosion", "building_collapse",
    "bridge_collapse", "dam_failure", "crowd_crush", "shooting", "stabbing", "bombing",
    "air_strike", "vehicle_attack", "siege", "aviation_accident", "rail_accident",
    "road_accident", "ship_accident", "power_outage", "water_outage", "internet_outage",
    "disease_outbreak", "poisoning", "chemical_spill", "gas_leak", "oil_spill", "radiation",
    "air_pollution", "meteor", "cyber_attack", "transport_disruption", "drowning", "incident",
    "heavy_rain", "storm_surge", "high_surf", "ice_storm", "dust_storm", "haze", "fog", "lahar",
    "volcanic_ash", "lightning", "waterspout", "levee_breach", "glacial_flood", "cloud_outage",
    "telephone_outage", "payment_outage", "emergency_number_outage", "rail_disruption",
    "water_contamination",
}  # fmt: skip
