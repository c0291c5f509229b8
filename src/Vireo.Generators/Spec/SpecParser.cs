using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Vireo.Generators.Spec;

/// <summary>Reads the lines of spec/**/*.spec (not spec/cli and spec/cpu) into a <see cref="SpecModel"/>. A malformed line stops the build.</summary>
internal sealed class SpecParser
{
    private readonly SpecModel _model = new();
    private SpecProgram? _program;
    private Action<string>? _row;

    public static SpecModel Parse(IEnumerable<(string Path, string Text)> files)
    {
        var parser = new SpecParser();
        foreach (var (path, text) in files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            var number = 0;
            parser._program = null;
            parser._row = null;
            foreach (var line in text.Split('\n'))
            {
                number++;
                try
                {
                    parser.Line(line.TrimEnd('\r'));
                }
                catch (Exception e) when (e is FormatException or IndexOutOfRangeException or KeyNotFoundException or NullReferenceException)
                {
                    throw new FormatException($"{path}({number}): cannot read '{line}': {e.Message}");
                }
            }
        }

        return parser._model;
    }

    public static TypeUse ParseType(string text)
    {
        if (text.EndsWith("?", StringComparison.Ordinal))
        {
            return new TypeUse(text.Substring(0, text.Length - 1), Modifier.Optional, null);
        }

        var open = text.IndexOfAny(['[', '<']);
        if (open < 0)
        {
            return new TypeUse(text, Modifier.None, null);
        }

        var bound = text.Substring(open + 1, text.Length - open - 2);
        return new TypeUse(text.Substring(0, open), text[open] == '[' ? Modifier.Fixed : Modifier.Variable, bound.Length == 0 ? null : bound);
    }

    private void Line(string line)
    {
        if (line.Length == 0 || line[0] == '#')
        {
            return;
        }

        if (line[0] == ' ')
        {
            _row!(line.Trim());
            return;
        }

        var words = line.Split([' '], StringSplitOptions.RemoveEmptyEntries);
        _row = null;
        switch (words[0])
        {
            case "program":
                _program = new SpecProgram(words[1], Convert.ToUInt32(words[2], 16), int.Parse(words[3], CultureInfo.InvariantCulture));
                _model.Programs.Add(_program);
                break;
            case "import":
                _program!.Imports.AddRange(words.Skip(1));
                break;
            case "const":
                _program!.Constants[words[1]] = words[2];
                break;
            case "typedef":
                _program!.Typedefs[words[1]] = ParseType(words[2]);
                break;
            case "enum" when _program is null:
                ApiEnum(words);
                break;
            case "enum":
                WireEnum(words[1]);
                break;
            case "union":
                Union(words);
                break;
            case "struct":
                Struct(words[1]);
                break;
            case "call" or "event":
                Procedure(words);
                break;
            case "error":
                Error(words);
                break;
            case "errordomain":
                _model.ErrorDomains.Add((int.Parse(words[1], CultureInfo.InvariantCulture), words[2], words[3], string.Join(" ", words.Skip(4))));
                break;
            case "feature":
                _model.Features.Add((words[1], int.Parse(words[2], CultureInfo.InvariantCulture)));
                break;
            case "domainevent":
                _model.DomainEvents.Add(new SpecDomainEvent(int.Parse(words[1], CultureInfo.InvariantCulture), words[2], Optional(words[3]), Optional(words[4])));
                break;
            default:
                throw new FormatException("unknown keyword");
        }
    }

    private static int? Optional(string pair) => int.TryParse(pair.Substring(pair.IndexOf('=') + 1), out var n) ? n : null;

    private static string[] Words(string row) => row.Split([' '], StringSplitOptions.RemoveEmptyEntries);

    private void ApiEnum(string[] words)
    {
        var e = new SpecEnum(words[1], words[2], words.Length > 3 && words[3] == "flags");
        _model.Enums.Add(e);
        _row = row =>
        {
            var w = Words(row);
            e.Values.Add((w[0], w[1], long.Parse(w[2], CultureInfo.InvariantCulture)));
        };
    }

    private void WireEnum(string name)
    {
        var values = _program!.Enums[name] = [];
        _row = row =>
        {
            var w = Words(row);
            values.Add(new(w[0], int.Parse(w[1], CultureInfo.InvariantCulture)));
        };
    }

    private void Union(string[] words)
    {
        var union = _program!.Unions[words[1]] = new SpecUnion(words[1], words[2]);
        _row = row =>
        {
            var w = Words(row);
            union.Cases.Add(new(int.Parse(w[0], CultureInfo.InvariantCulture), new SpecField(w[1], ParseType(w[2]))));
        };
    }

    private void Struct(string name)
    {
        var s = _program!.Structs[name] = new SpecStruct(name);
        _row = row =>
        {
            var w = Words(row);
            s.Fields.Add(new SpecField(w[0], ParseType(w[1])));
        };
    }

    private void Procedure(string[] words)
    {
        var p = new SpecProcedure(words[0], int.Parse(words[1], CultureInfo.InvariantCulture), words[2]);
        foreach (var word in words.Skip(3))
        {
            var equals = word.IndexOf('=');
            var value = word.Substring(equals + 1);
            switch (word.Substring(0, equals))
            {
                case "args": p.Args = value; break;
                case "ret": p.Ret = value; break;
                case "driver": p.Driver = value; break;
                case "priority": p.HighPriority = value == "high"; break;
                case "stream": p.Stream = value; break;
                case "fds": p.Files = value; break;
                case "acl": p.Acl = value.Split(','); break;
                case "api": p.Api = value; break;
                case "readonly": p.DeniedReadOnly = value == "denied"; break;
                default: throw new FormatException($"unknown key in '{word}'");
            }
        }

        _program!.Procedures.Add(p);
    }

    private void Error(string[] words)
    {
        var error = new SpecError(int.Parse(words[1], CultureInfo.InvariantCulture), words[2], words[3]);
        _model.Errors.Add(error);
        _row = row =>
        {
            if (row.StartsWith("without ", StringComparison.Ordinal))
            {
                error.Without = row.Substring(8);
            }
            else if (row.StartsWith("with ", StringComparison.Ordinal))
            {
                error.With = row.Substring(5);
            }
            else
            {
                throw new FormatException("expected 'with' or 'without'");
            }
        };
    }
}
