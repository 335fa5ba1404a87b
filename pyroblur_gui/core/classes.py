"""What PyroBlur finds and covers, by the names that models, data sets and covers agree on."""

FACE = "face"
LICENSE_PLATE = "license_plate"
MAIN_CLASSES = (FACE, LICENSE_PLATE)  # their ids are 0 and 1 wherever ids are used
