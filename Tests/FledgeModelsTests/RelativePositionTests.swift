import FledgeNN
import FledgeTensor
import Foundation
import Testing

@Suite struct RelativePositionTests {
    private struct Tables: Decodable {
        struct Table: Decodable {
            let count: Int
            let maximumDistance: Int
            let bidirectional: Bool
            let buckets: [Int]
            enum CodingKeys: String, CodingKey {
                case count = "relative_attention_num_buckets"
                case maximumDistance = "relative_attention_max_distance"
                case bidirectional, buckets
            }
        }
        let first: Int
        let tables: [Table]
        enum CodingKeys: String, CodingKey {
            case first = "first_relative_position"
            case tables
        }
    }

    @Test func `Buckets of distances are those of transformers`() throws {
        let path = Fixtures.path("relative-position-buckets", "buckets.json")
        let golden = try JSONDecoder().decode(Tables.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(golden.tables.count > 2)
        for table in golden.tables {
            let got = table.buckets.indices.map {
                RelativePositionBias.bucket(
                    distance: golden.first + $0, buckets: table.count, maximumDistance: table.maximumDistance,
                    isBidirectional: table.bidirectional)
            }
            #expect(got == table.buckets, "\(table.count) buckets up to \(table.maximumDistance)")
        }
    }

    @Test func `Every distance has a bucket, however odd the configuration`() {
        for buckets in [1, 2, 3, 4, 7, 32, 65_536] {
            for maximum in [1, 2, 16, 128, 16_777_216] {
                for isBidirectional in [true, false] {
                    for distance in [-(1 << 40), -1000, -17, -16, -1, 0, 1, 15, 16, 17, 1000, 1 << 40] {
                        let bucket = RelativePositionBias.bucket(
                            distance: distance, buckets: buckets, maximumDistance: maximum,
                            isBidirectional: isBidirectional)
                        #expect((0..<buckets).contains(bucket), "\(distance): \(bucket) of \(buckets), \(maximum)")
                    }
                }
            }
        }
    }

    @Test func `The table has each head's weight of each distance's bucket`() throws {
        let weight = Tensor((0..<64).map(Float.init), shape: [32, 2])
        let positions = RelativePositionBias(weight: weight, maximumDistance: 128, isBidirectional: true)
        let bias = try #require(positions.bias(span: 20))
        #expect(bias.span == 20 && bias.table.shape == [2, 39])
        for entry in 0..<39 {
            let bucket = RelativePositionBias.bucket(
                distance: entry - 19, buckets: 32, maximumDistance: 128, isBidirectional: true)
            #expect(bias.table[0].scalars[entry] == Float(2 * bucket))
            #expect(bias.table[1].scalars[entry] == Float(2 * bucket + 1))
        }
    }
}
