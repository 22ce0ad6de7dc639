using System.Buffers.Binary;
using System.Text;

namespace Controller.Tests.Support;

/// <summary>A protobuf message, read without its schema: fields by number.</summary>
internal sealed class OtlpMessage
{
    private readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> _fields = [];

    public OtlpMessage(ReadOnlyMemory<byte> bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var key = Varint(bytes.Span, ref at);
            var field = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    _fields.Add((field, Varint(bytes.Span, ref at), default));
                    break;
                case 1:
                    _fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[at..]), default));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(bytes.Span, ref at);
                    _fields.Add((field, 0, bytes.Slice(at, length)));
                    at += length;
                    break;
                case 5:
                    _fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[at..]), default));
                    at += 4;
                    break;
                default:
                    throw new FormatException($"wire type {key & 7}");
            }
        }
    }

    public bool Has(int field) => _fields.Exists(f => f.Field == field);

    public string Text(int field) => Encoding.UTF8.GetString(_fields.Find(f => f.Field == field).Bytes.Span);

    public string Hex(int field) => Convert.ToHexStringLower(_fields.Find(f => f.Field == field).Bytes.Span);

    public long Integer(int field) => (long)_fields.Find(f => f.Field == field).Number;

    public double Double(int field) => BitConverter.UInt64BitsToDouble(_fields.Find(f => f.Field == field).Number);

    public IEnumerable<OtlpMessage> All(int field) => _fields.Where(f => f.Field == field).Select(f => new OtlpMessage(f.Bytes));

    /// <summary>Key and value pairs of OTLP; the values as text.</summary>
    public Dictionary<string, string> Attributes(int field) => All(field).ToDictionary(
        pair => pair.Text(1),
        pair => pair.All(2).Select(value => value.Has(3)
            ? value.Integer(3).ToString(System.Globalization.CultureInfo.InvariantCulture)
            : value.Text(1)).FirstOrDefault() ?? "");

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = bytes[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }
}
