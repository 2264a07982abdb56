import unittest

from till import receipt, total

PURCHASE = [("Bread", 349), ("Butter", 279)]


class TotalTests(unittest.TestCase):
    def test_nothing_costs_nothing(self):
        self.assertEqual(total([]), 0)

    def test_items_are_added_up(self):
        self.assertEqual(total(PURCHASE), 628)

    def test_amounts_are_whole_cents(self):
        self.assertIsInstance(total(PURCHASE), int)


class ReceiptTests(unittest.TestCase):
    def test_each_item_has_a_line(self):
        self.assertEqual(
            receipt(PURCHASE).splitlines(),
            [
                "Bread               3.49",
                "Butter              2.79",
                "Total               6.28",
            ],
        )


if __name__ == "__main__":
    unittest.main()
